// npm run docs: writes docs/settings.md from the schema. A unit test compares the two.
import { writeFileSync } from 'node:fs'
import { settingsPage } from './settings-page.ts'

writeFileSync(new URL('../../docs/settings.md', import.meta.url), await settingsPage())
