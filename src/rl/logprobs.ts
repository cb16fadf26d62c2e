import type { NativeEngine } from '../native/types.ts'
import { microBatches, packSequences, splitFloats, type TokenSequence } from '../rollout/pack.ts'

export interface ScoreParams {
  readonly weights: 'policy' | 'reference'
  readonly temperature: number // divides the logits
  readonly tokensPerBatch: number | null // null: no memory plan was made
}

/**
 * Log-probabilities of the action tokens of many sequences, in packed batches by token budget.
 * @returns per sequence: [T - promptLength]; empty where a sequence is all prompt
 */
export async function scoreSequences(
  engine: NativeEngine,
  sequences: readonly TokenSequence[],
  params: ScoreParams,
): Promise<Float32Array[]> {
  const scored: Float32Array[] = sequences.map(() => new Float32Array(0))
  const acting = sequences.flatMap((sequence, i) => (sequence.tokens.length > sequence.promptLength ? [i] : []))
  const active = acting.map((i) => sequences[i]!)
  for (const batch of microBatches(engine.info, active, params.tokensPerBatch)) {
    const rows = batch.map((at) => acting[at]!)
    const members = rows.map((i) => sequences[i]!)
    const packed = await engine.logprobs(packSequences(members), params.weights, params.temperature)
    const parts = splitFloats(
      packed,
      members.map((member) => member.tokens.length - member.promptLength),
    )
    for (const [at, i] of rows.entries()) scored[i] = parts[at]!
  }
  return scored
}
