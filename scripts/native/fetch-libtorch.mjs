import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { BuildFailure } from './failure.mjs'
import { inspectLibtorch } from './inspect-libtorch.mjs'
import { withLock } from './lock.mjs'
import { cacheEntry } from './pick-libtorch.mjs'
import { TORCH_VERSION, WHEEL_PYTHON, wheelsFor } from './pins.mjs'
import { run } from './run-process.mjs'
import { progressLine, say } from './screen.mjs'

const MB = 1e6

/**
 * The bytes of all files under a folder; files that vanish meanwhile are not counted.
 * @param {string} folder
 * @returns {number}
 */
export function folderBytes(folder) {
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    try {
      bytes += entry.isDirectory() ? folderBytes(path) : (statSync(path, { throwIfNoEntry: false })?.size ?? 0)
    } catch {
      // pip renames its folders at the end
    }
  }
  return bytes
}

/**
 * Pip's arguments: only the wheels, without what only Python needs, for one Python version whichever runs pip.
 * @param {readonly string[]} requirements
 * @param {string} target
 */
export function pipArguments(requirements, target) {
  return [
    ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'],
    // a second copy in pip's own cache would double the disk space
    ...['--no-cache-dir', '--no-compile', '--no-deps', '--ignore-requires-python'],
    ...['--only-binary=:all:', '--python-version', WHEEL_PYTHON, '--target', target, ...requirements],
  ]
}

/**
 * "fetching" until the download is complete, then "unpacking".
 * @param {number} bytes that lie in the folder now
 * @param {{ downloadMB: number, installedMB: number }} sizes
 */
export function fetchProgress(bytes, { downloadMB, installedMB }) {
  const mb = Math.round(bytes / MB)
  if (mb < downloadMB * 0.995) return `  fetching: ${mb} of about ${downloadMB} MB`
  return `  unpacking: ${Math.min(mb - downloadMB, installedMB)} of about ${installedMB} MB`
}

/**
 * The share that is done of fetching and unpacking together.
 * @param {number} bytes that lie in the folder now
 * @param {{ downloadMB: number, installedMB: number }} sizes
 */
export function fetchShare(bytes, { downloadMB, installedMB }) {
  return Math.min(bytes / MB / (downloadMB + installedMB), 1)
}

/**
 * Fetches the pinned libtorch into the cache with pip: into a folder next to it that is renamed when complete, so that
 * an interrupted fetch is never mistaken for a libtorch.
 * @param {{ cache: string, cuda: boolean, platform: string, arch: string, python: import('./python-torch.mjs').Python }} order
 * @throws {BuildFailure} without space on the disk, or when pip fails
 */
export async function fetchLibtorch(order) {
  const { cache, cuda, platform, arch, python } = order
  const wheels = wheelsFor({ platform, arch, cuda })
  const home = cacheEntry(cache, cuda)
  announce(home, wheels, cuda, python)
  await withLock(
    `${home}.lock`,
    (holder) => say(`  another build (${holder}) is fetching it; waiting for it`),
    async () => {
      if (existsSync(home)) return
      removeLeftovers(home)
      requireSpace(cache, wheels)
      await pipInto(`${home}.partial-${process.pid}`, home, wheels, python, platform)
    },
  )
}

function announce(home, wheels, cuda, python) {
  const rough = wheels.measured ? '' : ' (an estimate: not measured on this kind of machine)'
  say(`libtorch ${TORCH_VERSION} (${cuda ? 'CUDA' : 'CPU'}) is fetched once with ${python.command} -m pip:`)
  say(`  about ${wheels.downloadMB} MB to fetch, ${(wheels.installedMB / 1000).toFixed(1)} GB on disk${rough}`)
  say(`  into ${home}`)
}

function removeLeftovers(home) {
  for (const name of readdirSync(dirname(home))) {
    if (name.startsWith(`${basename(home)}.partial-`))
      rmSync(join(dirname(home), name), { recursive: true, force: true })
  }
}

function requireSpace(cache, { downloadMB, installedMB }) {
  const { bavail, bsize } = statfsSync(cache)
  const free = Math.floor((bavail * bsize) / MB)
  const needed = downloadMB + installedMB
  if (free >= needed) return
  throw new BuildFailure(
    `${cache} has ${free} MB free, but fetching libtorch takes ${needed} MB.\n` +
      'Free some space, or use another folder: SERL_CACHE=/path npm run build:native',
  )
}

async function pipInto(partial, home, wheels, python, platform) {
  const downloads = join(partial, 'tmp')
  mkdirSync(downloads, { recursive: true })
  const screen = progressLine()
  const look = () => {
    const bytes = folderBytes(partial)
    screen.update(fetchProgress(bytes, wheels), { share: fetchShare(bytes, wheels) })
  }
  const timer = setInterval(look, 1000)
  let output = ''
  const started = Date.now()
  try {
    const status = await run(python.command, pipArguments(wheels.requirements, partial), {
      // on the same disk: the last step is a rename, and leftovers of a kill are removed by the next fetch
      env: { ...process.env, TMPDIR: downloads },
      onOutput: (text) => {
        output += text
      },
    })
    if (status === 130) throw new BuildFailure('interrupted: nothing was kept', 130)
    const missing = status === 0 ? inspectLibtorch(join(partial, 'torch'), platform).missing : null
    if (status !== 0 || missing) throw new BuildFailure(pipTrouble(output, missing), 1)
    rmSync(downloads, { recursive: true, force: true })
    renameSync(partial, home)
  } finally {
    clearInterval(timer)
    screen.end()
    rmSync(partial, { recursive: true, force: true })
  }
  say(`  done in ${Math.round((Date.now() - started) / 1000)} s`)
}

/** @param {string} output @param {string | null} missing */
function pipTrouble(output, missing) {
  const said = missing ? `it left no torch/${missing}` : output.trim().split('\n').slice(-12).join('\n  ')
  return (
    `pip could not fetch libtorch:\n  ${said}\n` +
    'Check the network, and that pip reaches its index (PIP_INDEX_URL, HTTPS_PROXY), then run it again: a broken fetch ' +
    'is discarded.\nOr use a libtorch that you have: SERL_LIBTORCH=/path/to/torch npm run build:native'
  )
}
