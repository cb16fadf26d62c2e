import type { Config } from '../config/schema.ts'
import type { RewardedGroup, Vote } from '../rollout/group.ts'
import { isByVote } from './difficulty.ts'
import { modeProbability } from './vote-margin.ts'

/** In [0, 1]. Both are 0 at a tie; one is linear in the lead, the other soon near 1. */
const weights: Record<Exclude<Config['reward']['weight'], 'none'>, (vote: Vote) => number> = {
  /** (top - runnerUp) / voters, as majorityShare is top / voters. */
  margin: ({ votes: [top, runnerUp], majorityShare }) => (top === 0 ? 0 : majorityShare * (1 - runnerUp / top)),
  /** 2p - 1: by how much the majority is likelier to be the mode than not. */
  probability: (vote) => Math.max(0, 2 * modeProbability(vote) - 1),
}

/**
 * What the advantages of a group are multiplied by, by reward.weight. 1 where the majority does not decide its rewards.
 * Of the whole vote, however many of its responses are trained on.
 */
export function voteWeight(
  { question, vote }: Pick<RewardedGroup, 'question' | 'vote'>,
  reward: Pick<Config['reward'], 'kind' | 'weight'>,
): number {
  return reward.weight === 'none' || !isByVote(question, reward) ? 1 : weights[reward.weight](vote)
}
