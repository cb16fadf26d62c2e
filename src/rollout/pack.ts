import type { SequenceBatch, TokenBatch } from '../native/types.ts'

/** Ragged rows to one packed batch. */
export function packTokens(rows: readonly Int32Array[]): TokenBatch {
  const offsets = new Int32Array(rows.length + 1)
  for (const [i, row] of rows.entries()) offsets[i + 1] = offsets[i]! + row.length
  const tokens = new Int32Array(offsets[rows.length]!)
  for (const [i, row] of rows.entries()) tokens.set(row, offsets[i]!)
  return { tokens, offsets }
}

/** A prompt with its completion; action tokens start at `promptLength`. */
export interface TokenSequence {
  readonly tokens: Int32Array // [T]
  readonly promptLength: number // 1 .. T
}

/** Prompt and completion in one row. */
export function joinTokens(prompt: Int32Array, completion: Int32Array): TokenSequence {
  const tokens = new Int32Array(prompt.length + completion.length)
  tokens.set(prompt)
  tokens.set(completion, prompt.length)
  return { tokens, promptLength: prompt.length }
}

export function packSequences(sequences: readonly TokenSequence[]): SequenceBatch {
  return {
    ...packTokens(sequences.map((sequence) => sequence.tokens)),
    promptLengths: Int32Array.from(sequences, (sequence) => sequence.promptLength),
  }
}

/** [sum of lengths] one after the other. */
export function concatFloats(rows: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0))
  let at = 0
  for (const row of rows) {
    joined.set(row, at)
    at += row.length
  }
  return joined
}

/** The inverse of packing: views of `packed`, row i from offsets[i] to offsets[i + 1]. */
export function splitFloats(packed: Float32Array, lengths: readonly number[]): Float32Array[] {
  let at = 0
  return lengths.map((length) => {
    const row = packed.subarray(at, at + length)
    at += length
    return row
  })
}

/**
 * Groups rows of like length: attention pads a group to its longest row, so that padded size stays within `budget`
 * tokens (a longer row is alone) and no row is padded to more than twice its length. Longest rows first, ties by index:
 * memory runs out early or never.
 * @returns indices into `lengths`
 */
export function byTokenBudget(lengths: readonly number[], budget: number): number[][] {
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b)
  const batches: number[][] = []
  for (const i of order) {
    const batch = batches.at(-1)
    const longest = batch === undefined ? 0 : lengths[batch[0]!]!
    if (batch === undefined || (batch.length + 1) * longest > budget || 2 * lengths[i]! < longest) batches.push([i])
    else batch.push(i)
  }
  return batches
}
