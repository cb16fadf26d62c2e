// npm run test:all: lint, types, unit tests, native tests and C++ tests (these under the sanitizers, too), one after the
// other even if some fail, and one line at the end for all of them. Lint and types count as one check each.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addCounts, closingLine, countDoctest, countVitest } from './testing/count-tests.mjs'

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

/** @param {string} name @param {string} script @param {string[]} args */
function node(name, script, args) {
  console.log(`\n== ${name}`)
  const command = [join(root, 'scripts', script), ...args]
  const { status, stdout } = spawnSync(process.execPath, command, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.stdout.write(stdout)
  return { status, stdout }
}

/** @param {string} name @param {string[]} args */
function cpp(name, args) {
  const { status, stdout } = node(name, 'test-cpp.mjs', args)
  return countDoctest(stdout, status)
}

function cppLayout() {
  const { status } = node('C++ layout', 'lint-cpp.mjs', [])
  return status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

try {
  const total = addCounts([
    check('lint', '@biomejs/biome', ['check', '.']),
    cppLayout(),
    check('types', 'typescript', ['--noEmit']),
    check("types of the page's browser part", 'typescript', ['--noEmit', '-p', join('src', 'page', 'client')]),
    test('unit'),
    test('browser'),
    test('native'),
    cpp('C++ tests', []),
    cpp('C++ tests under the sanitizers', ['--sanitize']),
  ])
  console.log(`\n${closingLine(total)}`)
  process.exitCode = total.failed === 0 ? 0 : 1
} finally {
  rmSync(reports, { recursive: true, force: true })
}
