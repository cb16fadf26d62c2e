import type { Config } from '../config/schema.ts'
import type { RewardedGroup } from '../rollout/group.ts'
import { mayVote } from './unfinished.ts'

/** kept: inside the band. unfinished: too few responses may vote for a judgement. */
export type Difficulty = 'kept' | 'too-hard' | 'too-easy' | 'unfinished'

export type DifficultyConfig = Pick<Config, 'difficulty' | 'reward'>

// rewards are float32: five times 0.8 has a mean of 0.800000012
const rounding = 1e-6

/**
 * SeRL's online difficulty filter (section 3.2 of arXiv 2505.20347): a question is worth training on when its responses
 * agree neither always nor hardly ever. Both ends are inside the band, with 1e-6 for float32 rounding. Only responses
 * that may vote count: a cut-off one says something about length, not about difficulty.
 */
export function difficultyOf(
  { responses, vote }: Pick<RewardedGroup, 'responses' | 'vote'>,
  { difficulty, reward }: DifficultyConfig,
): Difficulty {
  const rewards = vote.rewards.filter((_, i) => mayVote(responses[i]!, reward))
  if (rewards.length < (difficulty.minVoters ?? Math.ceil(responses.length / 2))) return 'unfinished'
  const mean = rewards.reduce((sum, value) => sum + value, 0) / rewards.length
  if (mean < difficulty.low - rounding) return 'too-hard'
  return mean > difficulty.high + rounding ? 'too-easy' : 'kept'
}

/** The groups inside the difficulty band: worth training on. */
export const keepInBand = (groups: readonly RewardedGroup[], config: DifficultyConfig): RewardedGroup[] =>
  groups.filter((group) => difficultyOf(group, config) === 'kept')
