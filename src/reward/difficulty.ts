import type { RewardedGroup } from '../rollout/group.ts'

export interface DifficultyBand {
  readonly low: number // smallest mean reward kept
  readonly high: number // largest
}

/** kept: inside the band. */
export type Difficulty = 'kept' | 'too-hard' | 'too-easy'

// rewards are float32: five times 0.8 has a mean of 0.800000012
const rounding = 1e-6

/**
 * SeRL's online difficulty filter (section 3.2 of arXiv 2505.20347): a question is worth training on when its responses
 * agree neither always nor hardly ever. Both ends are inside the band, with 1e-6 for float32 rounding.
 * @param rewards [n] of one group
 */
export function difficultyOf(rewards: Float32Array, band: DifficultyBand): Difficulty {
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length
  if (mean < band.low - rounding) return 'too-hard'
  return mean > band.high + rounding ? 'too-easy' : 'kept'
}

/** The groups inside the difficulty band: worth training on. */
export const keepInBand = (groups: readonly RewardedGroup[], band: DifficultyBand): RewardedGroup[] =>
  groups.filter((group) => difficultyOf(group.vote.rewards, band) === 'kept')
