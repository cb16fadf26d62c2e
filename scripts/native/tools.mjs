import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { capture } from './run-process.mjs'
import { compareVersions, parseVersion } from './version.mjs'

const OLDEST_NODE = [20]
const OLDEST_CMAKE = [3, 24]
const OLDEST_GCC = [11]
const OLDEST_CLANG = [14]

// <span> and a constrained template: what old compilers that know the flag still fail on
const CPP20_PROGRAM = `#include <concepts>
#include <span>
template <std::integral T> T sum(std::span<const T> values) { T s{}; for (T v : values) s += v; return s; }
int main() { const int two[] = {1, -1}; return sum(std::span<const int>(two)); }
`

/**
 * @typedef {{ path: string, version: string }} Tool
 * @typedef {{ node: Tool, cmake: Tool | null, ninja: Tool | null, make: Tool | null, compiler: Tool | null }} Tools
 */

/** @param {string} command @param {string[]} [args] @returns {Tool | null} null: not on the PATH */
function toolOf(command, args = ['--version']) {
  const { status, stdout } = capture(command, args)
  return status === 0 ? { path: command, version: stdout.split('\n')[0].trim() } : null
}

/**
 * What the PATH has. The compiler is the one that CMake would take: $CXX, else c++, g++, clang++.
 * @param {Record<string, string | undefined>} env
 * @returns {Tools}
 */
export function findTools(env = process.env) {
  const compilers = env.CXX ? [env.CXX] : ['c++', 'g++', 'clang++']
  return {
    node: { path: process.execPath, version: process.versions.node },
    cmake: toolOf('cmake'),
    ninja: toolOf('ninja'),
    make: toolOf('make'),
    compiler: compilers.map((command) => toolOf(command)).find((tool) => tool !== null) ?? null,
  }
}

/**
 * Compiles a small C++20 program.
 * @param {string} compiler
 * @returns {string | null} null when it worked, else the compiler's first lines
 */
export function cpp20Error(compiler) {
  const folder = mkdtempSync(join(tmpdir(), 'serl-cpp20-'))
  try {
    const source = join(folder, 'probe.cpp')
    writeFileSync(source, CPP20_PROGRAM)
    const { status, stderr } = capture(compiler, ['-std=c++20', '-c', source, '-o', join(folder, 'probe.o')])
    return status === 0 ? null : stderr.split('\n').slice(0, 3).join('\n').trim()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Is this `--version` line of a compiler too old? Only GCC and Clang are known; others are left to the trial program.
 * @param {string} line
 */
export function compilerTooOld(line) {
  const version = parseVersion(line.replace(/\([^)]*\)/g, ''))
  if (version === null) return false
  if (/Apple clang/.test(line)) return compareVersions(version, [14]) < 0
  if (/clang/.test(line)) return compareVersions(version, OLDEST_CLANG) < 0
  return /GCC|g\+\+|c\+\+|Free Software/.test(line) && compareVersions(version, OLDEST_GCC) < 0
}

/**
 * What is missing or too old for a build.
 * @param {Tools} tools
 * @param {(compiler: string) => string | null} tryCompiler
 * @returns {{ tool: 'node' | 'cmake' | 'ninja' | 'compiler', why: string }[]} empty when nothing is
 */
export function missingTools(tools, tryCompiler = cpp20Error) {
  const missing = []
  if (compareVersions(parseVersion(tools.node.version) ?? [], OLDEST_NODE) < 0) {
    missing.push({ tool: 'node', why: `Node.js ${tools.node.version} is too old: 20 or newer is needed` })
  }
  if (!tools.cmake) {
    missing.push({ tool: 'cmake', why: 'CMake (3.24 or newer) is not on the PATH' })
  } else if (compareVersions(parseVersion(tools.cmake.version) ?? [], OLDEST_CMAKE) < 0) {
    missing.push({ tool: 'cmake', why: `${tools.cmake.version} is too old: 3.24 or newer is needed` })
  }
  if (!tools.ninja && !tools.make) missing.push({ tool: 'ninja', why: 'neither ninja nor make is on the PATH' })
  const compiler = compilerTrouble(tools.compiler, tryCompiler)
  if (compiler) missing.push({ tool: 'compiler', why: compiler })
  return missing
}

/**
 * What is missing for fetching libtorch, when it has to be fetched.
 * @param {import('./pick-libtorch.mjs').Libtorch['source']} source
 * @param {import('./python-torch.mjs').Python | null} python
 * @returns {{ tool: 'python' | 'pip', why: string }[]}
 */
export function missingForFetch(source, python) {
  if (source !== 'fetch' || python?.pip) return []
  const hint = '(or set SERL_LIBTORCH to a folder with include/ and lib/)'
  const why = python ? `${python.python} has no pip` : 'no Python 3 with pip is on the PATH'
  return [{ tool: python ? 'pip' : 'python', why: `${why}, which is needed to fetch libtorch ${hint}` }]
}

/** @param {Tool | null} compiler @param {(compiler: string) => string | null} tryCompiler */
function compilerTrouble(compiler, tryCompiler) {
  if (!compiler) return 'no C++ compiler (g++ 11 or newer, or clang++ 14 or newer) is on the PATH'
  if (compilerTooOld(compiler.version))
    return `${compiler.version} is too old: g++ 11 or clang++ 14 is needed for C++20`
  const error = tryCompiler(compiler.path)
  return error === null ? null : `${compiler.path} does not compile a small C++20 program: ${error}`
}
