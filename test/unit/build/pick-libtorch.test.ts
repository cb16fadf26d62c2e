import { describe, expect, it } from 'vitest'
import { BuildFailure } from '../../../scripts/native/failure.mjs'
import { pickLibtorch } from '../../../scripts/native/pick-libtorch.mjs'
import { torchSupported } from '../../../scripts/native/python-torch.mjs'

interface Inspection {
  missing: string | null
  cuda: boolean
  cudaHeaders: string | null
  version: string | null
}

const CPU: Inspection = { missing: null, cuda: false, cudaHeaders: null, version: '2.14.1+cpu' }
const CUDA: Inspection = { missing: null, cuda: true, cudaHeaders: '/x/nvidia/cu13/include', version: '2.15.0+cu132' }
const NOTHING: Inspection = { missing: 'include/ATen/ATen.h', cuda: false, cudaHeaders: null, version: null }

const pick = (change: object, folders: Record<string, Inspection> = {}) =>
  pickLibtorch({
    given: undefined,
    installed: null,
    cache: '/cache',
    platform: 'linux',
    arch: 'x64',
    cuda: { wanted: false, forced: false },
    inspect: (folder: string) => folders[folder] ?? NOTHING,
    ...change,
  })

describe('pickLibtorch', () => {
  it('prefers the named folder to an installed and a cached one', () => {
    const folders = { '/mine': CPU, '/site/torch': CPU, '/cache/libtorch-2.15.0-cpu/torch': CPU }
    const installed = { folder: '/site/torch', version: '2.15.0' }
    expect(pick({ given: '/mine', installed }, folders)).toMatchObject({ source: 'SERL_LIBTORCH', folder: '/mine' })
    expect(pick({ installed }, folders)).toMatchObject({ source: 'python', folder: '/site/torch', version: '2.15.0' })
    expect(pick({}, folders)).toMatchObject({ source: 'cache', folder: '/cache/libtorch-2.15.0-cpu/torch' })
    expect(pick({})).toMatchObject({ source: 'fetch', folder: '/cache/libtorch-2.15.0-cpu/torch', version: '2.15.0' })
  })

  it('refuses a named folder that is not a libtorch, naming the missing file', () => {
    expect(() => pick({ given: '/wrong' })).toThrow(/SERL_LIBTORCH=\/wrong .*include\/ATen\/ATen\.h/)
    expect(() => pick({ given: '/wrong' })).toThrow(BuildFailure)
    expect(() => pick({ given: '/old' }, { '/old': { ...CPU, version: '2.4.0' } })).toThrow(/2\.4\.0: 2\.11 to 2\.15/)
  })

  it('does not use an installed torch of another version, and says so', () => {
    const installed = { folder: '/site/torch', version: '2.3.1' }
    const picked = pick({ installed }, { '/site/torch': CPU })
    expect(picked.source).toBe('fetch')
    expect(picked.notes).toEqual([
      'the installed Python torch 2.3.1 (/site/torch) is not used: versions 2.11 to 2.15 are supported',
    ])
  })

  it('requires the CUDA half and its headers if CUDA is requested', () => {
    const cuda = { wanted: true, forced: false }
    const installed = { folder: '/site/torch', version: '2.15.0' }
    expect(pick({ cuda, installed }, { '/site/torch': CUDA })).toMatchObject({ source: 'python', cuda: true })
    const withoutHeaders = pick({ cuda, installed }, { '/site/torch': { ...CUDA, cudaHeaders: null } })
    expect(withoutHeaders).toMatchObject({ source: 'fetch', folder: '/cache/libtorch-2.15.0-cuda/torch', cuda: true })
    expect(withoutHeaders.notes[0]).toMatch(/nvidia-cuda-crt/)
  })

  it('builds a named CPU libtorch for the CPU unless CUDA was asked for by name', () => {
    const folders = { '/mine': CPU }
    const picked = pick({ given: '/mine', cuda: { wanted: true, forced: false } }, folders)
    expect(picked).toMatchObject({ cuda: false, notes: ['built for the CPU only: it is built without CUDA'] })
    expect(() => pick({ given: '/mine', cuda: { wanted: true, forced: true } }, folders)).toThrow(/SERL_DEVICE asks/)
  })

  it('says what to do on a machine for which no wheel is published', () => {
    expect(() => pick({ platform: 'darwin', arch: 'x64' })).toThrow(/darwin on x64[\s\S]*SERL_LIBTORCH=/)
    expect(pick({ platform: 'darwin', arch: 'arm64' }).source).toBe('fetch')
  })
})

describe('torchSupported', () => {
  it.each([
    ['2.10.1', false],
    ['2.11.0+cpu', true],
    ['2.15.0+cu132', true],
    ['2.15.3', true],
    ['2.16.0', false],
    ['3.0.0', false],
    ['unknown', false],
  ])('%s: %s', (version, supported) => {
    expect(torchSupported(version)).toBe(supported)
  })
})
