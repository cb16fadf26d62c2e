import type { Config } from '../config/schema.ts'
import type { Group, JudgedGroup } from '../rollout/group.ts'
import { judgeDifficulty } from './difficulty.ts'
import { judge, type RewardTools } from './kinds.ts'

/** Each group with its rewards. */
export const judgeGroups = (tools: RewardTools, groups: readonly Group[], step: number): Promise<JudgedGroup[]> =>
  Promise.all(groups.map(async (group) => ({ ...group, judgement: await judge(tools, group, step), step })))

/** The groups worth training on. */
export const keepByDifficulty = (groups: readonly JudgedGroup[], band: Config['difficulty']): JudgedGroup[] =>
  groups.filter((group) => judgeDifficulty(group.judgement.rewards, band) === 'kept')

/** One line of rollouts/step-NNNNNN.jsonl. */
export function rolloutLine(group: JudgedGroup, band: Config['difficulty']): object {
  const { instruction, judgement, completions } = group
  return {
    step: group.step,
    id: instruction.id,
    text: instruction.text,
    source: instruction.source,
    verdict: judgeDifficulty(judgement.rewards, band),
    rewardMean: judgement.rewards.reduce((sum, reward) => sum + reward, 0) / judgement.rewards.length,
    majority: judgement.majority,
    majorityShare: judgement.majorityShare,
    classes: judgement.classes,
    responses: completions.map((completion, i) => ({
      text: completion.text,
      answer: judgement.answers[i],
      reward: judgement.rewards[i],
      newTokens: completion.tokens.length,
      finishReason: completion.finishReason,
    })),
  }
}
