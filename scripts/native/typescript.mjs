import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { BuildFailure } from './failure.mjs'
import { capture } from './run-process.mjs'
import { filesUnder, fingerprint, readStamp } from './stamp.mjs'

const page = join('dist', 'page', 'client', 'page.js')

/**
 * Compiles src/ to dist/, and bundles the dashboard's page there, unless nothing changed and every output is there.
 * @param {string} root
 * @returns {'compiled' | 'up to date' | 'shipped'} shipped: an installed package has dist/ and no src/
 * @throws {BuildFailure} with the compiler's messages
 */
export function buildTypeScript(root) {
  const sources = filesUnder(root, ['src'])
  if (sources.length === 0) return 'shipped'
  const tsc = findTsc(root)
  const stampPath = join(root, 'dist', '.serl-build.json')
  const configs = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build-page.mjs']
  const key = fingerprint(root, [...configs, ...sources], [tsc])
  const outputs = [page, ...sources.flatMap((file) => compiled(file) ?? [])]
  const outputsThere = outputs.every((file) => existsSync(join(root, file)))
  if (outputsThere && readStamp(stampPath)?.key === key) return 'up to date'
  // tsc trusts its own record and does not write again what was removed
  if (!outputsThere) rmSync(join(root, 'dist', '.tsbuildinfo'), { force: true })
  const { status, stdout, stderr } = capture(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')])
  if (status !== 0) throw new BuildFailure(`the TypeScript does not compile:\n${stdout}${stderr}`.trimEnd(), 1)
  const bundled = capture(process.execPath, [join(root, 'scripts', 'build-page.mjs')])
  if (bundled.status !== 0) {
    throw new BuildFailure(`the dashboard's page does not build:\n${bundled.stdout}${bundled.stderr}`.trimEnd(), 1)
  }
  mkdirSync(dirname(stampPath), { recursive: true })
  writeFileSync(stampPath, `${JSON.stringify({ key })}\n`)
  return 'compiled'
}

/** @param {string} source "src/a/b.ts" @returns {string | null} "dist/a/b.js"; null: tsc makes nothing of it */
function compiled(source) {
  if (!source.endsWith('.ts') || source.endsWith('.d.ts') || source.startsWith('src/page/client/')) return null
  return source.replace(/^src/, 'dist').replace(/\.ts$/, '.js')
}

/** @param {string} root @returns {string} the script that node runs */
function findTsc(root) {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('typescript/package.json')
    return join(dirname(manifest), 'bin', 'tsc')
  } catch {
    throw new BuildFailure('the TypeScript compiler is not installed; run: npm ci')
  }
}
