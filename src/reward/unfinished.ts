import type { Config } from '../config/schema.ts'
import type { Response, RewardedGroup } from '../rollout/group.ts'
import { pickRows } from './choose-trained.ts'

/** Whether a response may vote: one that the token limit cut off has no answer, unless reward.unfinishedVotes. */
export const mayVote = (response: Response, reward: Pick<Config['reward'], 'unfinishedVotes'>): boolean =>
  response.finishReason === 'stop' || reward.unfinishedVotes

/**
 * The responses that a group is trained on: without those that a user's module masks as a whole, and, with
 * reward.unfinished mask, without those that may not vote, so that neither the loss nor the baseline sees a length (TRL's
 * mask_truncated_completions masks the loss alone).
 * @returns rows
 */
export const trainedRows = (
  { responses, masks }: Pick<RewardedGroup, 'responses' | 'masks'>,
  reward: Pick<Config['reward'], 'unfinished' | 'unfinishedVotes'>,
): number[] =>
  [...responses.keys()].filter(
    (i) => masks?.[i] !== false && (reward.unfinished !== 'mask' || mayVote(responses[i]!, reward)),
  )

/**
 * What a kept group is trained on: its trainedRows, with overlongPenalty added to their rewards where reward.unfinished is
 * penalty.
 */
export function trainedOn(
  group: RewardedGroup,
  { reward, rollout }: Pick<Config, 'reward' | 'rollout'>,
): RewardedGroup {
  const rows = trainedRows(group, reward)
  const trained = rows.length === group.responses.length ? group : pickRows(group, rows)
  if (reward.unfinished !== 'penalty') return trained
  const { vote, responses } = trained
  const limit = rollout.maxNewTokens
  const buffer = reward.overlongBuffer ?? Math.ceil(limit / 5)
  const rewards = vote.rewards.map((r, i) => r + overlongPenalty(responses[i]!.tokens.length, limit, buffer))
  return { ...trained, vote: { ...vote, rewards } }
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
