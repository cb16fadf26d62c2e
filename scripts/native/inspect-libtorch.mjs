import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The version of a libtorch: version.py of a Python torch, else its headers, else build-version of the
 * plain archive.
 * @param {string} folder with include/ and lib/
 * @returns {string | null}
 */
export function libtorchVersion(folder) {
  const places = [
    ['version.py', /__version__\s*=\s*['"]([^'"]+)/],
    ['build-version', /^(\S+)/],
    ['include/torch/headeronly/version.h', /define TORCH_VERSION "([^"]+)"/],
    ['include/torch/csrc/api/include/torch/version.h', /define TORCH_VERSION "([^"]+)"/],
  ]
  for (const [file, pattern] of places) {
    const path = join(folder, file)
    const match = existsSync(path) ? pattern.exec(readFileSync(path, 'utf8')) : null
    if (match) return match[1]
  }
  return null
}

/**
 * The contents of a folder that should be libtorch.
 * @param {string} folder with include/ and lib/
 * @param {string} platform
 * @returns {{ missing: string | null, cuda: boolean, cudaHeaders: string | null, version: string | null }} missing: the
 *   first file that should be there and is not; cuda: built with CUDA
 */
export function inspectLibtorch(folder, platform) {
  const suffix = platform === 'darwin' ? 'dylib' : 'so'
  const needed = ['include/ATen/ATen.h', `lib/libtorch_cpu.${suffix}`, `lib/libc10.${suffix}`]
  const cudaInclude = join(folder, '..', 'nvidia', 'cu13', 'include')
  const hasHeaders = ['cuda_runtime_api.h', 'crt/host_defines.h'].every((file) => existsSync(join(cudaInclude, file)))
  return {
    missing: needed.find((file) => !existsSync(join(folder, file))) ?? null,
    cuda: existsSync(join(folder, `lib/libtorch_cuda.${suffix}`)),
    cudaHeaders: hasHeaders ? cudaInclude : null,
    version: libtorchVersion(folder),
  }
}
