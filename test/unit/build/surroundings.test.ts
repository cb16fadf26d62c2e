import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cacheFolder } from '../../../scripts/native/cache-folder.mjs'
import { cudaDecision } from '../../../scripts/native/cuda.mjs'
import { inspectLibtorch, libtorchVersion } from '../../../scripts/native/inspect-libtorch.mjs'
import { wheelsFor } from '../../../scripts/native/pins.mjs'
import { filesUnder, fingerprint } from '../../../scripts/native/stamp.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serl-build-test-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function put(path: string, text = ''): void {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), text)
}

describe('cacheFolder', () => {
  it.each([
    [{ SERL_CACHE: '/big/disk', XDG_CACHE_HOME: '/xdg' }, 'linux', '/big/disk'],
    [{ XDG_CACHE_HOME: '/xdg' }, 'linux', '/xdg/serl'],
    [{ XDG_CACHE_HOME: 'relative' }, 'linux', '/home/ada/.cache/serl'],
    [{}, 'linux', '/home/ada/.cache/serl'],
    [{}, 'darwin', '/home/ada/Library/Caches/serl'],
  ])('%j on %s is %s', (env, platform, expected) => {
    expect(cacheFolder(env, platform, '/home/ada')).toBe(expected)
  })
})

describe('cudaDecision', () => {
  const decide = (device: string | undefined, driver: string | null, platform = 'linux') =>
    cudaDecision({ device, driver, platform })

  it('follows SERL_DEVICE, then the driver', () => {
    expect(decide(undefined, null)).toMatchObject({ wanted: false })
    expect(decide(undefined, '580.65.06')).toMatchObject({ wanted: true, forced: false })
    expect(decide(undefined, '')).toMatchObject({ wanted: true })
    expect(decide('cpu', '580.65.06')).toMatchObject({ wanted: false })
    expect(decide('cuda:1', null)).toMatchObject({ wanted: true, forced: true })
  })

  it('builds without CUDA if the driver is too old, and says why', () => {
    expect(decide(undefined, '535.183.01')).toMatchObject({ wanted: false, why: expect.stringContaining('535.183.01') })
  })

  it('refuses other values, and CUDA off Linux', () => {
    expect(() => decide('tpu', null)).toThrow(/SERL_DEVICE=tpu: expected cpu, cuda or cuda:N/)
    expect(() => decide('cuda', null, 'darwin')).toThrow(/Linux only/)
  })
})

describe('inspectLibtorch', () => {
  it('names what is missing, and reads the version without running anything', () => {
    expect(inspectLibtorch(join(folder, 'torch'), 'linux').missing).toBe('include/ATen/ATen.h')
    for (const file of ['include/ATen/ATen.h', 'lib/libtorch_cpu.so', 'lib/libc10.so']) put(`torch/${file}`)
    expect(inspectLibtorch(join(folder, 'torch'), 'linux')).toEqual({
      missing: null,
      cuda: false,
      cudaHeaders: null,
      version: null,
    })
    put('torch/include/torch/headeronly/version.h', '#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION "2.14.0"\n')
    expect(libtorchVersion(join(folder, 'torch'))).toBe('2.14.0')
    put('torch/version.py', "__all__ = ['__version__']\n__version__ = '2.15.0+cu132'\n")
    expect(libtorchVersion(join(folder, 'torch'))).toBe('2.15.0+cu132')
  })

  it("finds the CUDA libraries and their headers next to it, as pip's wheels install them", () => {
    put('torch/lib/libtorch_cuda.so')
    put('nvidia/cu13/include/cuda_runtime_api.h')
    expect(inspectLibtorch(join(folder, 'torch'), 'linux')).toMatchObject({ cuda: true, cudaHeaders: null })
    put('nvidia/cu13/include/crt/host_defines.h')
    const include = join(folder, 'nvidia', 'cu13', 'include')
    expect(inspectLibtorch(join(folder, 'torch'), 'linux').cudaHeaders).toBe(include)
  })
})

describe('wheelsFor', () => {
  it('pins every wheel to one version', () => {
    for (const cuda of [true, false]) {
      for (const requirement of wheelsFor({ platform: 'linux', arch: 'x64', cuda }).requirements) {
        expect(requirement).toMatch(/^[a-z0-9-]+==\d+(\.\d+)+$/)
      }
    }
  })
})

describe('fingerprint', () => {
  it('changes with a content, a name or a fact, and with nothing else', () => {
    put('native/b.cpp', 'two')
    put('native/core/a.cpp', 'one')
    const files = filesUnder(folder, ['native', 'absent'])
    expect(files).toEqual(['native/b.cpp', 'native/core/a.cpp'])
    const key = fingerprint(folder, files, ['gcc 12'])
    expect(key).toMatch(/^[0-9a-f]{64}$/)
    expect(fingerprint(folder, filesUnder(folder, ['native']), ['gcc 12'])).toBe(key)
    expect(fingerprint(folder, files, ['gcc 13'])).not.toBe(key)
    put('native/b.cpp', 'twO')
    expect(fingerprint(folder, files, ['gcc 12'])).not.toBe(key)
  })
})

describe('package.json', () => {
  it('makes npm compile nothing and cmake-js use the Node-API headers that are installed', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(existsSync('binding.gyp')).toBe(true)
    expect(manifest.gypfile).toBe(false)
    expect(manifest.scripts.install).toBe('node -e 0')
    expect(manifest.binary?.napi_versions).toEqual([8])
  })
})
