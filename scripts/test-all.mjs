// npm run test:all: lint, types, unit tests and native tests, one after the other whatever fails, and one line at the
// end over all of them. Lint and types count as one check each.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addCounts, closingLine, countVitest } from './testing/count-tests.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const reports = mkdtempSync(join(tmpdir(), 'serl-test-'))

/** @param {string} name @param {string} bin @param {string[]} args @returns {boolean} did it end well? */
function run(name, bin, args) {
  console.log(`\n== ${name}`)
  const manifestPath = createRequire(join(root, 'package.json')).resolve(`${bin}/package.json`)
  const { bin: bins } = JSON.parse(readFileSync(manifestPath, 'utf8'))
  const script = typeof bins === 'string' ? bins : Object.values(bins)[0]
  const command = [join(dirname(manifestPath), script), ...args]
  return spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' }).status === 0
}

/** @param {string} name @param {string} bin @param {string[]} args */
function check(name, bin, args) {
  return run(name, bin, args) ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

/** @param {string} project of vitest.config.ts */
function test(project) {
  const report = join(reports, `${project}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`]
  const endedWell = run(`${project} tests`, 'vitest', ['run', '--project', project, ...reporters])
  try {
    return countVitest(JSON.parse(readFileSync(report, 'utf8')), endedWell)
  } catch {
    return countVitest(null, endedWell)
  }
}

try {
  const total = addCounts([
    check('lint', '@biomejs/biome', ['check', '.']),
    check('types', 'typescript', ['--noEmit']),
    test('unit'),
    test('native'),
  ])
  console.log(`\n${closingLine(total)}`)
  process.exitCode = total.failed === 0 ? 0 : 1
} finally {
  rmSync(reports, { recursive: true, force: true })
}
