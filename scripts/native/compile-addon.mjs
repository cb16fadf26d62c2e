import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { jobCount, lineSplitter, parseBuildProgress } from './build-progress.mjs'
import { BuildFailure } from './failure.mjs'
import { run } from './run-process.mjs'
import { progressLine } from './screen.mjs'

/**
 * Must CMake start afresh? It refuses another generator, and keeps libraries found for another libtorch or compiler.
 * @param {string} cacheText CMakeCache.txt of the last configuration
 * @param {Record<string, string>} wanted cache entries
 */
export function cacheDiffers(cacheText, wanted) {
  const entries = new Map(
    cacheText.split('\n').flatMap((line) => {
      const match = /^([A-Za-z_][\w-]*):[A-Z]+=(.*)$/.exec(line)
      return match ? [[match[1], match[2]]] : []
    }),
  )
  return Object.entries(wanted).some(([name, value]) => entries.get(name) !== value)
}

/**
 * Configures and compiles the addon with cmake-js into build/Release/serl.node. The compiler's output goes to
 * build/native-build.log; the screen shows progress.
 * @param {{ root: string, libtorch: { folder: string, cuda: boolean }, generator: 'Ninja' | 'Unix Makefiles' }} order
 * @throws {BuildFailure} with the end of the log
 */
export async function compileAddon({ root, libtorch, generator }) {
  // its own folder: node-gyp writes a Makefile into build/ and runs it during our build
  const out = join(root, 'build', 'cmake')
  const settings = {
    CMAKE_LIBRARY_OUTPUT_DIRECTORY: join(root, 'build', 'Release'),
    SERL_LIBTORCH: libtorch.folder,
    SERL_CUDA: libtorch.cuda ? 'ON' : 'OFF',
  }
  const cachePath = join(out, 'CMakeCache.txt')
  const wanted = { ...settings, CMAKE_GENERATOR: generator, CMAKE_HOME_DIRECTORY: root }
  if (existsSync(cachePath) && cacheDiffers(readFileSync(cachePath, 'utf8'), wanted)) {
    rmSync(out, { recursive: true, force: true })
  }
  mkdirSync(out, { recursive: true })
  const jobs = jobCount(availableParallelism(), Math.min(totalmem(), process.constrainedMemory?.() || Infinity))
  const common = ['--directory', root, '--out', out]
  const custom = Object.entries(settings).map(([name, value]) => `--CD${name}=${value}`)
  await runLogged(root, [
    ['configure', '-G', generator, ...common, ...custom],
    ['build', ...common, '--parallel', String(jobs)],
  ])
  const addon = join(root, 'build', 'Release', 'serl.node')
  if (!existsSync(addon)) throw new BuildFailure(`the build succeeded but left no ${addon}`, 1)
}

/** @param {string} root @param {string[][]} commands of cmake-js, one after the other */
async function runLogged(root, commands) {
  const cmakeJs = findCmakeJs(root)
  const logPath = join(root, 'build', 'native-build.log')
  const log = openSync(logPath, 'w')
  const screen = progressLine(process.stderr, 3000)
  const onLine = lineSplitter((line) => {
    const progress = parseBuildProgress(line)
    if (progress) {
      const share = shareDone(progress.done)
      screen.update(`  ${progress.done} ${progress.what}`, { always: share === 1, share })
    }
  })
  const { MAKEFLAGS, MFLAGS, MAKELEVEL, ...env } = process.env // node-gyp's make would pass its job server down
  try {
    for (const command of commands) {
      const onOutput = (text) => {
        writeSync(log, text)
        onLine(text)
      }
      const status = await run(process.execPath, [cmakeJs, ...command], { cwd: root, env, onOutput })
      if (status === 130) throw new BuildFailure('interrupted', 130)
      if (status !== 0) throw new BuildFailure(compileTrouble(command[0], readFileSync(logPath, 'utf8'), logPath), 1)
    }
  } finally {
    screen.end()
    closeSync(log)
  }
}

/**
 * @param {string} done "[17/34]" or "[50%]"
 * @returns {number} in [0, 1]
 */
export function shareDone(done) {
  const [, part, all] = /(\d+)(?:\/(\d+)|%)/.exec(done) ?? ['', '0', '1']
  return Number(part) / Number(all ?? 100)
}

/** @param {string} step @param {string} log @param {string} logPath */
export function compileTrouble(step, log, logPath) {
  const end = log.trimEnd().split('\n').slice(-40).join('\n')
  const advice = /Killed signal|internal compiler error: Killed|out of memory/i.test(log)
    ? 'The compiler ran out of memory: close other programs, or give this machine more memory or swap.'
    : `The whole log: ${logPath}\nIf the compiler or libtorch was replaced, remove build/ and try again.`
  return `${step === 'configure' ? 'CMake could not configure' : 'the compiler failed on'} the native engine:\n${end}\n\n${advice}`
}

function findCmakeJs(root) {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('cmake-js/package.json')
    return join(dirname(manifest), 'bin', 'cmake-js')
  } catch {
    throw new BuildFailure('cmake-js is not installed; run: npm ci')
  }
}
