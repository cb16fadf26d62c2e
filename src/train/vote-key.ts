import { createHash } from 'node:crypto'
import type { TrainContext } from './context.ts'

/**
 * Of what a vote depends on besides the question and the weights: votes with other keys cannot be compared.
 * @param further what a certain kind of vote depends on besides
 */
export function voteKey(
  { config, format }: Pick<TrainContext, 'config' | 'format'>,
  further: readonly unknown[],
): string {
  const { temperature, maxNewTokens, stop } = config.rollout
  const { answers, tolerance, module, unfinishedVotes } = config.reward
  const sampled = [temperature, maxNewTokens, stop, format]
  const counted = [answers, tolerance, module, unfinishedVotes]
  return createHash('sha256')
    .update(JSON.stringify([sampled, counted, ...further]))
    .digest('hex')
    .slice(0, 16)
}
