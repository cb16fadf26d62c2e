import type { Group, RewardedGroup } from '../rollout/group.ts'
import { type RewardTools, rewardGroup, rightOf } from './kinds.ts'

/** Each group with the vote on its answers (counted in answers/majority.ts), and the rewards by reward.kind. */
export const vote = (tools: RewardTools, groups: readonly Group[], step: number): Promise<RewardedGroup[]> =>
  Promise.all(
    groups.map(async (group) => {
      const vote = await rewardGroup(tools, group, step)
      return { ...group, vote, right: await rightOf(tools, group), step }
    }),
  )
