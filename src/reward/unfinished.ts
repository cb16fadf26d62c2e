import type { Config } from '../config/schema.ts'
import type { Response, RewardedGroup } from '../rollout/group.ts'
import { pickRows } from './choose-trained.ts'

/** Whether a response may vote: one that the token limit cut off has no answer, unless reward.unfinishedVotes. */
export const mayVote = (response: Response, reward: Pick<Config['reward'], 'unfinishedVotes'>): boolean =>
  response.finishReason === 'stop' || reward.unfinishedVotes

/**
 * What a kept group is trained on, by reward.unfinished. mask: the responses that may vote, so that neither the loss nor
 * the baseline sees a length (TRL's mask_truncated_completions masks the loss alone). penalty: all, with overlongPenalty
 * added to their rewards. zero: all, as they are.
 */
export function trainedOn(
  group: RewardedGroup,
  { reward, rollout }: Pick<Config, 'reward' | 'rollout'>,
): RewardedGroup {
  const { vote, responses } = group
  if (reward.unfinished === 'zero') return group
  if (reward.unfinished === 'penalty') {
    const limit = rollout.maxNewTokens
    const buffer = reward.overlongBuffer ?? Math.ceil(limit / 5)
    const rewards = vote.rewards.map((r, i) => r + overlongPenalty(responses[i]!.tokens.length, limit, buffer))
    return { ...group, vote: { ...vote, rewards } }
  }
  const rows = [...responses.keys()].filter((i) => mayVote(responses[i]!, reward))
  if (rows.length === responses.length) return group
  return pickRows(group, rows)
}

/**
 * DAPO's soft overlong punishment (arXiv 2503.14476, equation 13): 0 until `buffer` tokens before the limit, then
 * linear to -1 at the limit.
 * @param length new tokens of the response
 */
export function overlongPenalty(length: number, limit: number, buffer: number): number {
  const into = length - (limit - buffer)
  return into <= 0 ? 0 : -Math.min(1, into / buffer)
}
