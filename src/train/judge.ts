import type { Config } from '../config/schema.ts'
import { judgeDifficulty } from '../difficulty/difficulty.ts'
import type { AnswerChecker } from '../reward/checker.ts'
import type { Completion, Group, JudgedGroup, Judgement } from '../rollout/group.ts'

/**
 * Rewards for each group: agreement with the majority, or with the known answer. Only the response is judged, never
 * the prompt; a response that the token limit cut off has no answer, unless reward.unfinishedVotes.
 */
export async function judgeGroups(
  groups: readonly Group[],
  checker: AnswerChecker,
  reward: Config['reward'],
  step: number,
): Promise<JudgedGroup[]> {
  return Promise.all(groups.map(async (group) => ({ ...group, judgement: await judge(group, checker, reward), step })))
}

function judge(group: Group, checker: AnswerChecker, reward: Config['reward']): Promise<Judgement> {
  const finished = (c: Completion): boolean => c.finishReason === 'stop' || reward.unfinishedVotes
  const texts = group.completions.map((completion) => (finished(completion) ? completion.text : ''))
  return reward.kind === 'rule' ? checker.againstGold(texts, group.instruction.answer!) : checker.vote(texts)
}

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
