import type { EngineInfo, SequenceBatch, TokenBatch } from '../native/types.ts'

/** Ragged rows to one packed batch. */
export function packTokens(rows: readonly Int32Array[]): TokenBatch {
  const offsets = new Int32Array(rows.length + 1)
  for (const [i, row] of rows.entries()) offsets[i + 1] = offsets[i]! + row.length
  const tokens = new Int32Array(offsets[rows.length]!)
  for (const [i, row] of rows.entries()) tokens.set(row, offsets[i]!)
  return { tokens, offsets }
}

/** A prompt with its response; action tokens start at `promptLength`. */
export interface TokenSequence {
  readonly tokens: Int32Array // [T]
  readonly promptLength: number // 1 .. T
}

/** Prompt and response in one row. */
export function joinTokens(prompt: Int32Array, response: Int32Array): TokenSequence {
  const tokens = new Int32Array(prompt.length + response.length)
  tokens.set(prompt)
  tokens.set(response, prompt.length)
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
 * Groups rows of like length: attention pads a group to its longest row, so the padded size stays within `budget`
 * tokens (a longer row is alone) and no row is padded to more than twice its length. Longest rows first, ties by index:
 * memory runs out early or not at all.
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

/**
 * Cuts sequences into micro-batches of at most `budget` tokens, a prompt counted once in each (a longer sequence is
 * alone). Groups stay together; the longest come first: memory runs out early or not at all.
 * @returns indices into `sequences`
 */
export function byPromptBudget(sequences: readonly TokenSequence[], budget: number): number[][] {
  const batches: number[][] = []
  let rows = Number.POSITIVE_INFINITY // of the last batch
  for (const members of groupsByPrompt(sequences)) {
    let prompt = sequences[members[0]!]!.promptLength // what it adds
    for (const i of members) {
      const { tokens, promptLength } = sequences[i]!
      const tail = tokens.length - promptLength
      if (rows + prompt + tail > budget) {
        batches.push([])
        rows = 0
        prompt = promptLength
      }
      batches.at(-1)!.push(i)
      rows += prompt + tail
      prompt = 0
    }
  }
  return batches
}

/** Groups with the longest sequence first, longest members first, ties by index. */
function groupsByPrompt(sequences: readonly TokenSequence[]): number[][] {
  const groups = new Map<string, number[]>()
  for (const [i, { tokens, promptLength }] of sequences.entries()) {
    const prompt = tokens.subarray(0, promptLength).join()
    const group = groups.get(prompt)
    if (group === undefined) groups.set(prompt, [i])
    else group.push(i)
  }
  const length = (i: number): number => sequences[i]!.tokens.length
  const sorted = [...groups.values()].map((members) => members.sort((a, b) => length(b) - length(a) || a - b))
  return sorted.sort((a, b) => length(b[0]!) - length(a[0]!) || a[0]! - b[0]!)
}

const mostTokens = 8192

/** Where prompts are shared, caches hold the activations of a thousand tokens; a long prompt is worth more members. */
function cachedTokens(sequences: readonly TokenSequence[]): number {
  const longestPrompt = sequences.reduce((longest, { promptLength }) => Math.max(longest, promptLength), 0)
  return Math.min(Math.max(1024, 8 * longestPrompt), mostTokens)
}

/**
 * Micro-batches as the engine computes them best.
 * @param budget tokens of one; null: no memory plan was made
 */
export const microBatches = (
  { sharesPrompts }: Pick<EngineInfo, 'sharesPrompts'>,
  sequences: readonly TokenSequence[],
  budget: number | null,
): number[][] =>
  sharesPrompts
    ? byPromptBudget(sequences, budget ?? cachedTokens(sequences))
    : byTokenBudget(
        sequences.map((sequence) => sequence.tokens.length),
        budget ?? mostTokens,
      )
