import { join } from 'node:path'
import { BuildFailure } from './failure.mjs'
import { NEWEST_TORCH, OLDEST_TORCH, TORCH_VERSION, wheelsFor } from './pins.mjs'
import { torchSupported } from './python-torch.mjs'
import { compareVersions, parseVersion } from './version.mjs'

/**
 * @typedef {ReturnType<typeof import('./inspect-libtorch.mjs').inspectLibtorch>} Inspection
 * @typedef {object} Surroundings
 * @property {string | undefined} given $SERL_LIBTORCH
 * @property {import('./python-torch.mjs').InstalledTorch | null} installed the torch that Python would import
 * @property {string} cache folder of fetched libraries
 * @property {string} platform
 * @property {string} arch
 * @property {{ wanted: boolean, forced: boolean }} cuda
 * @property {(folder: string) => Inspection} inspect
 *
 * @typedef {object} Libtorch
 * @property {'SERL_LIBTORCH' | 'python' | 'cache' | 'fetch'} source fetch: it is not there yet
 * @property {string} folder with include/ and lib/
 * @property {string} version
 * @property {boolean} cuda link with CUDA
 * @property {string[]} notes what the user should know about the choice
 */

const RANGE = `${OLDEST_TORCH.join('.')} to ${NEWEST_TORCH.join('.')}`

/**
 * Chooses a libtorch: the folder that the user names, else the installed Python torch, else the cached one, else one to
 * be fetched.
 * @param {Surroundings} around
 * @returns {Libtorch}
 * @throws {BuildFailure} when the named folder is not a libtorch, or nothing can be fetched for this machine
 */
export function pickLibtorch(around) {
  if (around.given) return pickGiven(around, around.given)
  const notes = []
  if (around.installed) {
    const unfit = whyUnfit(around, around.installed)
    const { folder, version } = around.installed
    if (unfit === null) return { source: 'python', folder, version, cuda: around.cuda.wanted, notes }
    notes.push(`the installed Python torch ${version} (${folder}) is not used: ${unfit}`)
  }
  return pickFetched(around, notes)
}

/** @param {Surroundings} around @param {string} folder @returns {Libtorch} */
function pickGiven({ cuda, inspect }, folder) {
  const found = inspect(folder)
  if (found.missing) {
    throw new BuildFailure(
      `SERL_LIBTORCH=${folder} is not a libtorch folder: it has no ${found.missing}.\n` +
        'Name a folder with include/ and lib/, such as .../site-packages/torch, or unset it to have one fetched.',
    )
  }
  const numbers = parseVersion(found.version ?? '')
  if (numbers && compareVersions(numbers, OLDEST_TORCH) < 0) {
    throw new BuildFailure(`SERL_LIBTORCH=${folder} is libtorch ${found.version}: ${RANGE} is needed`)
  }
  const lacks = cuda.wanted ? whyNoCuda(found) : null
  if (lacks && cuda.forced) throw new BuildFailure(`SERL_LIBTORCH=${folder}: ${lacks}, but SERL_DEVICE asks for CUDA`)
  const notes = lacks ? [`built for the CPU only: ${lacks}`] : []
  if (numbers && compareVersions(numbers, NEWEST_TORCH) > 0)
    notes.push(`libtorch ${found.version} is newer than ${RANGE}`)
  const version = found.version ?? 'unknown'
  return { source: 'SERL_LIBTORCH', folder, version, cuda: cuda.wanted && !lacks, notes }
}

/** @param {Surroundings} around @param {{ folder: string, version: string }} installed @returns {string | null} */
function whyUnfit({ cuda, inspect }, { folder, version }) {
  if (!torchSupported(version)) return `versions ${RANGE} are supported`
  const found = inspect(folder)
  if (found.missing) return `it has no ${found.missing}`
  return cuda.wanted ? whyNoCuda(found) : null
}

/** @param {Inspection} found @returns {string | null} */
function whyNoCuda(found) {
  if (!found.cuda) return 'it is built without CUDA'
  return found.cudaHeaders ? null : "CUDA 13's headers are not beside it (pip install nvidia-cuda-crt)"
}

/** @param {Surroundings} around @param {string[]} notes @returns {Libtorch} */
function pickFetched({ cache, platform, arch, cuda, inspect }, notes) {
  if (wheelsFor({ platform, arch, cuda: cuda.wanted }) === null) {
    throw new BuildFailure(
      `no libtorch ${TORCH_VERSION} is published for ${platform} on ${arch}.\n` +
        `Build or find one (${RANGE}) and use it: SERL_LIBTORCH=/path/to/torch npm run build:native`,
    )
  }
  const home = cacheEntry(cache, cuda.wanted)
  const folder = join(home, 'torch')
  const source = inspect(folder).missing === null ? 'cache' : 'fetch'
  return { source, folder, version: TORCH_VERSION, cuda: cuda.wanted, notes }
}

/** @param {string} cache @param {boolean} cuda @returns {string} the folder that holds torch/ and nvidia/ */
export function cacheEntry(cache, cuda) {
  return join(cache, `libtorch-${TORCH_VERSION}-${cuda ? 'cuda' : 'cpu'}`)
}
