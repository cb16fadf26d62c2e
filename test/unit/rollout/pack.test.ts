import { describe, expect, it } from 'vitest'
import {
  byPromptBudget,
  byTokenBudget,
  concatFloats,
  joinTokens,
  microBatches,
  packSequences,
  packTokens,
  splitFloats,
} from '../../../src/rollout/pack.ts'

describe('packing', () => {
  it('puts rows one after the other', () => {
    const { tokens, offsets } = packTokens([Int32Array.of(1, 2), Int32Array.of(3), Int32Array.of(4, 5, 6)])
    expect(Array.from(tokens)).toEqual([1, 2, 3, 4, 5, 6])
    expect(Array.from(offsets)).toEqual([0, 2, 3, 6])
  })

  it('keeps where responses begin', () => {
    const batch = packSequences([
      joinTokens(Int32Array.of(1), Int32Array.of(2, 3)),
      joinTokens(Int32Array.of(4, 5), Int32Array.of(6)),
    ])
    expect(Array.from(batch.tokens)).toEqual([1, 2, 3, 4, 5, 6])
    expect(Array.from(batch.promptLengths)).toEqual([1, 2])
  })

  it('splits what it joined', () => {
    const rows = [Float32Array.of(1, 2), new Float32Array(0), Float32Array.of(3)]
    expect(splitFloats(concatFloats(rows), [2, 0, 1])).toEqual(rows)
  })
})

describe('byTokenBudget', () => {
  it('holds every row once, longest first', () => {
    const lengths = [3, 9, 4, 4, 1, 12]
    const batches = byTokenBudget(lengths, 10)
    expect(batches).toEqual([[5], [1], [2, 3], [0], [4]])
    expect(batches.flat().sort()).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('keeps the padded size within the budget, and rows within twice each other', () => {
    const lengths = Array.from({ length: 200 }, (_, i) => 1 + ((i * 37) % 90))
    for (const batch of byTokenBudget(lengths, 300)) {
      const [longest, shortest] = [lengths[batch[0]!]!, lengths[batch.at(-1)!]!]
      expect(batch.length * longest).toBeLessThanOrEqual(300)
      expect(2 * shortest).toBeGreaterThanOrEqual(longest)
    }
  })

  it('gives no batches for no rows', () => {
    expect(byTokenBudget([], 10)).toEqual([])
  })
})

describe('byPromptBudget', () => {
  const sequence = (prompt: number[], response: number) =>
    joinTokens(Int32Array.from(prompt), new Int32Array(response).fill(9))
  const a = [1, 2, 3, 4]
  const b = [5, 6]

  it('counts a shared prompt once, and keeps its sequences together', () => {
    const sequences = [sequence(a, 3), sequence(b, 1), sequence(a, 2), sequence(a, 3)]
    // 4 + 3 + 3 + 2 = 12 for the first prompt, 3 for the other
    expect(byPromptBudget(sequences, 12)).toEqual([[0, 3, 2], [1]])
    expect(byPromptBudget(sequences, 15)).toEqual([[0, 3, 2, 1]])
  })

  it('counts it again where a group is cut, and puts an oversized sequence in its own batch', () => {
    const sequences = [sequence(a, 3), sequence(a, 3), sequence(a, 3), sequence(b, 20)]
    expect(byPromptBudget(sequences, 10)).toEqual([[3], [0, 1], [2]])
    expect(byPromptBudget(sequences, 9)).toEqual([[3], [0], [1], [2]])
    expect(byPromptBudget([], 9)).toEqual([])
  })
})

describe('microBatches without a budget', () => {
  const group = (promptLength: number, members: number) =>
    Array.from({ length: members }, () => ({ tokens: new Int32Array(promptLength + 64), promptLength }))
  const sizes = (batches: number[][]): number[] => batches.map((batch) => batch.length)

  it('takes a thousand tokens on the CPU, and more where many share a long prompt', () => {
    expect(sizes(microBatches({ sharesPrompts: true }, group(64, 20), null))).toEqual([15, 5]) // 64 + 15 * 64 = 1024
    expect(sizes(microBatches({ sharesPrompts: true }, group(800, 64), null))).toEqual([64]) // 800 + 64 * 64 < 6400
    expect(sizes(microBatches({ sharesPrompts: true }, group(2000, 128), null))).toEqual([96, 32]) // at most 8192
  })

  it('takes 8192 tokens on a GPU, every prompt counted', () => {
    expect(sizes(microBatches({ sharesPrompts: false }, group(64, 80), null))).toEqual([64, 16])
  })
})
