export interface DifficultyBand {
  readonly low: number // smallest mean reward kept
  readonly high: number // largest
}

export type DifficultyVerdict = 'kept' | 'too-hard' | 'too-easy'

// rewards are float32: five times 0.8 has a mean of 0.800000012
const rounding = 1e-6

/**
 * SeRL's online difficulty filter (section 3.2 of arXiv 2505.20347): a question is worth training on when its samples
 * agree neither always nor hardly ever. Both ends belong to the band, with
 * 1e-6 for the rounding of float32.
 * @param rewards [n] of one group
 */
export function judgeDifficulty(rewards: Float32Array, band: DifficultyBand): DifficultyVerdict {
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length
  if (mean < band.low - rounding) return 'too-hard'
  return mean > band.high + rounding ? 'too-easy' : 'kept'
}
