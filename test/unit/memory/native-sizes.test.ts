import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { nativeSizes } from '../../../src/memory/native-sizes.ts'

const core = fileURLToPath(new URL('../../../native/core', import.meta.url))

/** All C++ of native/core, or of a folder in it: a constant is found by its name, in whatever file it is. */
const source = (folder = ''): string =>
  readdirSync(join(core, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(cpp|h)$/.test(file))
    .map((file) => readFileSync(join(core, folder, file), 'utf8'))
    .join('\n')

/** The groups of a pattern, as numbers; it must be there once. */
function sizes(pattern: RegExp, folder?: string): number[] {
  const found = [...source(folder).matchAll(new RegExp(pattern, 'g'))]
  expect(found.length, `${pattern} in native/core`).toBe(1)
  return found[0]!.slice(1).map(Number)
}

describe('constants of native/core in the memory plan', () => {
  it('the block of the key-value cache', () => {
    expect(sizes(/constexpr int64_t kBlockSize = (\d+);/)).toEqual([nativeSizes.cacheBlockTokens])
  })

  it('rows decoded together', () => {
    expect(sizes(/constexpr int64_t kMaxRows = (\d+);/)).toEqual([nativeSizes.decodedRows])
  })

  it('tokens of a piece of prefill', () => {
    const { cpu, cuda } = nativeSizes.prefillTokens
    const pattern = /prefillTokens\(\) const override \{ return (\d+); \}/
    expect([sizes(pattern, 'cpu'), sizes(pattern, 'portable')]).toEqual([[cpu], [cuda]])
  })

  it('the chunk of logits', () => {
    const { elements, fewestRows } = nativeSizes.logitsChunk
    expect(sizes(/constexpr int64_t kChunkElements = int64_t\{1\} << (\d+);/).map((bits) => 2 ** bits)).toEqual([
      elements,
    ])
    expect(sizes(/std::clamp<int64_t>\(kChunkElements \/ \w+, (\d+),/)).toEqual([fewestRows])
  })
})
