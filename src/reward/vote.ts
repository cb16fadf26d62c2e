import type { Group, RewardedGroup } from '../rollout/group.ts'
import { type RewardTools, rewardGroup, rightOf } from './kinds.ts'
import { type MaskTools, masked } from './masked.ts'

/**
 * Each group with the vote on its answers (counted in answers/majority.ts), the rewards by reward.kind, and the masks by
 * reward.mask. A group that has its vote keeps it.
 */
export const vote = (
  tools: RewardTools & MaskTools,
  groups: readonly (Group | RewardedGroup)[],
  step: number,
): Promise<RewardedGroup[]> =>
  Promise.all(
    groups.map(async (group) => {
      if ('vote' in group) return group
      const vote = await rewardGroup(tools, group, step)
      return masked(tools, { ...group, vote, masks: null, right: await rightOf(tools, group), step })
    }),
  )
