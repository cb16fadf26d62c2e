import type { Config } from '../config/schema.ts'
import type { Tally } from './tally.ts'

/**
 * Questions to answer in the next round: as many as should give the missing ones, by the share that this step has kept so
 * far, at most rollout.promptsPerRound. The first round is a full one.
 * @param missing groups that the step still needs
 */
export function roundSize({ rollout }: Pick<Config, 'rollout'>, missing: number, { answered, kept }: Tally): number {
  if (answered.length === 0) return rollout.promptsPerRound
  const rate = Math.max(kept, 1) / answered.length
  return Math.min(rollout.promptsPerRound, Math.ceil(missing / rate))
}
