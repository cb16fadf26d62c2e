// Sampling and training compute the same log-probabilities by different kernels: how far apart they are, and how to
// correct for it.

/** Threshold for a token to count as different; frameworks with two engines warn at it. */
const apart = 0.01

/** |sampling - training| log-probability over tokens. */
export interface Mismatch {
  readonly mean: number // nats
  readonly max: number // nats
  readonly share: number // of tokens above 0.01 nats
}

/**
 * @param sampling per sequence [A]
 * @param training per sequence [A]; null: not recomputed, left out
 * @returns null if none was recomputed
 */
export function measureMismatch(
  sampling: readonly Float32Array[],
  training: readonly (Float32Array | null)[],
): Mismatch | null {
  let [sum, count, max, above] = [0, 0, 0, 0]
  for (const [i, row] of training.entries()) {
    if (row === null) continue
    count += row.length
    for (const [t, value] of row.entries()) {
      const gap = Math.abs(value - sampling[i]![t]!)
      sum += gap
      max = Math.max(max, gap)
      above += Number(gap > apart)
    }
  }
  return count === 0 ? null : { mean: sum / count, max, share: above / count }
}

export interface ImportanceParams {
  readonly importance: 'auto' | 'always' | 'never'
  readonly importanceFrom: number // mean difference, nats, from which auto corrects
  readonly importanceCap: number
}

/** Is the difference more than rounding? */
export const wantsImportance = (params: ImportanceParams, mismatch: Mismatch | null): boolean =>
  mismatch !== null &&
  (params.importance === 'always' || (params.importance === 'auto' && mismatch.mean > params.importanceFrom))

/**
 * Truncated importance weights, min(training / sampling, cap) as probabilities: what a token's loss is multiplied by
 * (Ionides 2008, "Truncated Importance Sampling"; for sampling engines: Yao et al. 2025, "Your Efficient RL Framework
 * Secretly Brings You Off-Policy RL Training").
 * @param training [A] log-probabilities of the policy that is trained
 * @param sampling [A] of the same tokens when they were drawn
 * @returns [A] in (0, cap]
 */
export const importanceWeights = (training: Float32Array, sampling: Float32Array, cap: number): Float32Array =>
  training.map((logprob, t) => Math.min(cap, Math.exp(logprob - sampling[t]!)))
