import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { cacheFolder } from './cache-folder.mjs'
import { cudaDecision, nvidiaDriver } from './cuda.mjs'
import { inspectLibtorch } from './inspect-libtorch.mjs'
import { pickLibtorch } from './pick-libtorch.mjs'
import { findPython } from './python-torch.mjs'
import { filesUnder, fingerprint } from './stamp.mjs'
import { findTools } from './tools.mjs'

/**
 * The tools found, and the libtorch that the build uses. Changes nothing.
 * @param {NodeJS.ProcessEnv} env
 * @throws {import('./failure.mjs').BuildFailure} for a wrong SERL_LIBTORCH or SERL_DEVICE, or a machine without wheels
 */
export function survey(env) {
  const { platform, arch } = process
  const driver = nvidiaDriver()
  const cuda = cudaDecision({ device: env.SERL_DEVICE, platform, driver })
  const cache = cacheFolder(env, platform)
  // with a named folder Python is not needed, and querying it takes a tenth of a second
  const python = env.SERL_LIBTORCH ? null : findPython()
  const libtorch = pickLibtorch({
    ...{
      given: env.SERL_LIBTORCH && resolve(env.SERL_LIBTORCH),
      installed: python?.torch ?? null,
      cache,
      platform,
      arch,
      cuda,
    },
    inspect: (folder) => inspectLibtorch(folder, platform),
  })
  return { platform, arch, tools: findTools(env), python, driver, cuda, cache, libtorch }
}

/**
 * Changes whenever the addon has to be compiled again.
 * @param {string} root
 * @param {ReturnType<typeof survey>} found
 */
export function addonKey(root, { libtorch, tools, platform, arch }) {
  const sources = filesUnder(root, [
    ...['CMakeLists.txt', 'native', 'scripts/native/compile-addon.mjs'],
    ...['node_modules/node-addon-api/package.json', 'node_modules/node-api-headers/package.json'],
  ])
  const compiler = `${tools.compiler?.path} ${tools.compiler?.version}`
  // the kernels are compiled for this processor
  const machine = [platform, arch, process.versions.modules, cpus()[0]?.model ?? '']
  return fingerprint(root, sources, [libtorch.folder, libtorch.version, String(libtorch.cuda), compiler, ...machine])
}
