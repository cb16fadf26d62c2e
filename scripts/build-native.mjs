// npm run build:native: compiles the TypeScript and the C++ addon, fetching libtorch first if there is none.
// SERL_LIBTORCH, SERL_CACHE, SERL_DEVICE=cpu|cuda and CXX choose; --print only prints, as JSON, what was found.

import { existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileAddon } from './native/compile-addon.mjs'
import { BuildFailure } from './native/failure.mjs'
import { fetchLibtorch } from './native/fetch-libtorch.mjs'
import { withLock } from './native/lock.mjs'
import { missingMessage } from './native/remedies.mjs'
import { say } from './native/screen.mjs'
import { readStamp } from './native/stamp.mjs'
import { addonKey, survey } from './native/survey.mjs'
import { missingForFetch, missingTools } from './native/tools.mjs'
import { buildTypeScript } from './native/typescript.mjs'

const root = realpathSync(dirname(dirname(fileURLToPath(import.meta.url))))
const addon = join(root, 'build', 'Release', 'serl.node')
const stampPath = join(root, 'build', 'serl-build.json')

const FOUND = {
  SERL_LIBTORCH: 'named by SERL_LIBTORCH',
  python: 'the installed Python torch',
  cache: 'fetched earlier',
  fetch: 'just fetched',
}

/** @param {ReturnType<typeof survey>} found */
function lacking({ tools, libtorch, python }) {
  return [...missingTools(tools), ...missingForFetch(libtorch.source, python)]
}

/** Prints what a build would use, what is missing, and whether the addon exists and is current. */
function print() {
  const addonThere = existsSync(addon)
  const report = { addon: { path: addon, present: addonThere, upToDate: false }, built: readStamp(stampPath) }
  try {
    const found = survey(process.env)
    report.addon.upToDate = addonThere && report.built?.key === addonKey(root, found)
    console.log(JSON.stringify({ ...found, missing: lacking(found), ...report }, null, 2))
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error
    console.log(JSON.stringify({ error: error.message, ...report }, null, 2))
  }
}

async function buildAddon() {
  const found = survey(process.env)
  const { libtorch, tools } = found
  const key = addonKey(root, found)
  if (existsSync(addon) && libtorch.source !== 'fetch' && readStamp(stampPath)?.key === key) return 'up to date'
  const missing = lacking(found)
  if (missing.length > 0) throw new BuildFailure(missingMessage(missing))
  for (const note of libtorch.notes) say(`note: ${note}`)
  if (libtorch.source === 'fetch') await fetchLibtorch({ ...found, cuda: libtorch.cuda })
  say(`libtorch ${libtorch.version}, ${FOUND[libtorch.source]}: ${libtorch.folder}`)
  say(`compiling the native engine for ${libtorch.cuda ? 'CUDA and the CPU' : 'the CPU'} (${found.cuda.why})`)
  rmSync(stampPath, { force: true })
  await compileAddon({ root, libtorch, generator: tools.ninja ? 'Ninja' : 'Unix Makefiles' })
  const { folder, version, cuda } = libtorch
  writeFileSync(
    stampPath,
    `${JSON.stringify({ key, libtorch: folder, version, cuda, compiler: tools.compiler }, null, 2)}\n`,
  )
  return 'compiled'
}

async function build() {
  const started = Date.now()
  mkdirSync(join(root, 'build'), { recursive: true })
  const waiting = (holder) => say(`another build (${holder}) is running here; waiting for it`)
  await withLock(join(root, 'build', '.lock'), waiting, async () => {
    const native = await buildAddon()
    const typescript = buildTypeScript(root)
    const seconds = ((Date.now() - started) / 1000).toFixed(1)
    say(`native engine ${native} (build/Release/serl.node), TypeScript ${typescript} (dist), ${seconds} s`)
  })
}

try {
  if (process.argv.includes('--print')) print()
  else await build()
} catch (error) {
  if (!(error instanceof BuildFailure)) throw error
  say(`\nbuild:native: ${error.message}`)
  process.exitCode = error.exitCode
}
