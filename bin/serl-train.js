#!/usr/bin/env node
import { runCli } from './run.js'

await runCli(['train', ...process.argv.slice(2)])
