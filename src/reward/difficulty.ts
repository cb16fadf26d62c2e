import type { Config } from '../config/schema.ts'
import type { RewardedGroup } from '../rollout/group.ts'
import { mayVote, trainedRows } from './unfinished.ts'
import { marginOf } from './vote-margin.ts'

/** kept: inside the band. unfinished: too few responses may vote. undecided: the majority leads by too few votes. dropped: by
 * the user's scoring or mask module, or nothing that it left is trained on. */
export type Difficulty = 'kept' | 'too-hard' | 'too-easy' | 'unfinished' | 'undecided' | 'dropped'

export type DifficultyConfig = Pick<Config, 'difficulty' | 'reward'>

type Judged = Pick<RewardedGroup, 'question' | 'responses' | 'vote' | 'masks' | 'frozen'>

// rewards are float32: five times 0.8 has a mean of 0.800000012
const rounding = 1e-6

/**
 * SeRL's online difficulty filter (section 3.2 of arXiv 2505.20347): a question is worth training on when its responses
 * agree neither always nor hardly ever. Both ends are inside the band, with 1e-6 for float32 rounding. Only responses
 * that may vote count: a cut-off one says something about length, not about difficulty. A frozen vote must be as clear as
 * the policy's own would have to be.
 */
export function difficultyOf(group: Judged, { difficulty, reward }: DifficultyConfig): Difficulty {
  const { question, responses, vote, masks, frozen } = group
  if (vote.isDropped || (masks !== null && trainedRows(group, reward).length === 0)) return 'dropped'
  const rewards = vote.rewards.filter((_, i) => mayVote(responses[i]!, reward))
  const voters = Math.min(rewards.length, frozen?.voters ?? Infinity)
  if (voters < (difficulty.minVoters ?? Math.ceil(responses.length / 2))) return 'unfinished'
  if (frozen?.majority === null) return 'undecided'
  const mean = rewards.reduce((sum, value) => sum + value, 0) / rewards.length
  if (mean < difficulty.low - rounding) return 'too-hard'
  if (mean > difficulty.high + rounding) return 'too-easy'
  return isByVote(question, reward) && marginOf(frozen ?? vote) < difficulty.minMargin ? 'undecided' : 'kept'
}

/** Does the majority decide the rewards of this question? */
export const isByVote = ({ answer }: RewardedGroup['question'], { kind }: Pick<Config['reward'], 'kind'>): boolean =>
  kind === 'majority' || kind === 'frozen-vote' || (kind === 'mixed' && answer === undefined)

/** The groups inside the difficulty band: worth training on. */
export const keepInBand = (groups: readonly RewardedGroup[], config: DifficultyConfig): RewardedGroup[] =>
  groups.filter((group) => difficultyOf(group, config) === 'kept')
