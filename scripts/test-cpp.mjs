// npm run test:cpp: the C++ tests of native/core, without Node. npm run test:sanitize: the same under AddressSanitizer and
// UndefinedBehaviourSanitizer, compiled into build/sanitize. Both need what npm run build:native needs, and doctest.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from './native/cache-folder.mjs'
import { findDoctest } from './native/find-doctest.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sanitize = process.argv.includes('--sanitize')

/** @param {string} message */
function stop(message) {
  console.error(message)
  process.exit(2)
}

/** @param {string} command @param {string[]} args @param {Record<string, string>} env */
function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  if (error !== undefined) stop(`${command}: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

const built = join(root, 'build', 'cmake')
const cache = join(built, 'CMakeCache.txt')
if (!existsSync(cache)) stop('the native engine is not built; run: npm run build:native')
const setting = (name) => new RegExp(`^${name}:[A-Z]+=(.*)$`, 'm').exec(readFileSync(cache, 'utf8'))?.[1] ?? ''
const doctest = findDoctest(process.env, cacheFolder(process.env, process.platform))
if (doctest === null) {
  stop(
    'doctest is missing: apt install doctest-dev, brew install doctest, or SERL_DOCTEST=FOLDER with doctest/doctest.h',
  )
}

const folder = sanitize ? join(root, 'build', 'sanitize') : built
mkdirSync(folder, { recursive: true })
const settings = [`-DSERL_DOCTEST=${doctest}`]
if (sanitize) {
  settings.push('-DSERL_SANITIZE=ON', `-DSERL_LIBTORCH=${setting('SERL_LIBTORCH')}`, '-DCMAKE_BUILD_TYPE=Release')
}
const generator = existsSync(join(folder, 'CMakeCache.txt')) ? [] : ['-G', setting('CMAKE_GENERATOR')]
run('cmake', ['-S', root, '-B', folder, ...generator, ...settings])
run('cmake', ['--build', folder, '--target', 'serl_core_tests', '--parallel', String(availableParallelism())])
const tests = join(folder, 'serl_core_tests')
const env = {
  // libtorch keeps what it registers until the process ends, and is not built with the sanitizers
  ASAN_OPTIONS: 'detect_leaks=0:detect_odr_violation=0',
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
}
run(tests, [], env)
if (sanitize) {
  control('AddressSanitizer', 'heap-buffer-overflow')
  control('UndefinedBehaviourSanitizer', 'signed integer overflow')
  console.log('both sanitizers notice what they must')
}

/**
 * A deliberate fault must be detected.
 * @param {string} sanitizer
 * @param {string} expected in what it says
 */
function control(sanitizer, expected) {
  const args = ['--no-skip', `--test-case=control: ${sanitizer}*`]
  const { status, stderr, stdout } = spawnSync(tests, args, { env: { ...process.env, ...env }, encoding: 'utf8' })
  if (status !== 0 && `${stderr}${stdout}`.includes(expected)) return
  console.error(`${sanitizer} did not notice a fault made on purpose (${expected}); exit status ${status}`)
  process.exit(1)
}
