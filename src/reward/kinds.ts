import type { AnswerChecker } from '../answers/answer-checker.ts'
import type { Config } from '../config/schema.ts'
import { createRandom } from '../random.ts'
import type { Group, Vote } from '../rollout/group.ts'
import { groupRequest } from './group-request.ts'
import { shownAnswer } from './same-answer.ts'
import type { Scorer } from './scorer.ts'
import { mayVote } from './unfinished.ts'

/** What computing rewards needs. */
export interface RewardTools {
  readonly config: Pick<Config, 'reward' | 'train'>
  readonly checker: AnswerChecker
  readonly scorer: Scorer | null // for reward.kind module
}

/** How the rewards of one group are found. `voters`: those of its n responses that may vote. */
type Reward = (tools: RewardTools, group: Group, voters: readonly number[], step: number) => Promise<Vote>

const majority: Reward = async ({ checker }, group, voters) => {
  const vote = await checker.vote(textsOf(group, voters))
  return overAll(vote, group, voters)
}

const rule: Reward = async ({ checker }, group, voters) => {
  const vote = await checker.againstGold(textsOf(group, voters), group.question.answer!)
  return overAll(vote, group, voters)
}

/** The vote's answers, the module's rewards. */
const module: Reward = async (tools, group, voters, step) => {
  const vote = await majority(tools, group, voters, step)
  const rewards = await tools.scorer!.score(groupRequest(group, vote.answers))
  return rewards === null ? { ...vote, rewards: vote.rewards.map(() => 0), isDropped: true } : { ...vote, rewards }
}

/**
 * A control: a fair coin for each response. What still improves was not learned from agreement (Spurious Rewards, arXiv
 * 2506.10947). Shuffling the vote's rewards would not do: the means of the groups would carry what agreement
 * carries, unless the estimator removes them.
 */
const random: Reward = async (tools, group, voters, step) => {
  const vote = await majority(tools, group, voters, step)
  const coin = createRandom([tools.config.train.seed, 'reward', step, group.question.id])
  return { ...vote, rewards: vote.rewards.map(() => coin.below(2)) }
}

/** The known answer where there is one, the vote elsewhere. */
const mixed: Reward = (tools, group, voters, step) =>
  (group.question.answer === undefined ? majority : rule)(tools, group, voters, step)

/**
 * A control: the vote of the base model in the place of the policy's own, to tell distillation of a vote that was there
 * before training from a vote that sharpens itself. The vote's other fields are the policy's.
 */
const frozenVote: Reward = async (tools, group, voters, step) => {
  const { majority: target } = group.frozen!
  if (target === null) {
    const vote = await majority(tools, group, voters, step)
    return { ...vote, rewards: vote.rewards.map(() => 0) }
  }
  const vote = await tools.checker.againstGold(textsOf(group, voters), shownAnswer(target, tools.config.reward))
  return overAll(vote, group, voters)
}

const textsOf = (group: Group, rows: readonly number[]): string[] => rows.map((row) => group.responses[row]!.text)

/** A vote of some responses as one of all n: the others have no answer and the reward 0; shares stay those of the voters. */
function overAll(vote: Vote, { responses }: Group, voters: readonly number[]): Vote {
  const rewards = new Float32Array(responses.length) // [n]
  const answers: (string | null)[] = responses.map(() => null) // [n]
  for (const [i, row] of voters.entries()) {
    rewards[row] = vote.rewards[i]!
    answers[row] = vote.answers[i]!
  }
  return { ...vote, rewards, answers, answerless: vote.answerless + responses.length - voters.length }
}

const kinds: Record<Config['reward']['kind'], Reward> = {
  majority,
  rule,
  mixed,
  module,
  random,
  'frozen-vote': frozenVote,
}

/**
 * The rewards of a group by reward.kind. Only the response is read, never the prompt; a response that the token
 * limit cut off has no answer, unless reward.unfinishedVotes.
 */
export function rewardGroup(tools: RewardTools, group: Group, step: number): Promise<Vote> {
  return kinds[tools.config.reward.kind](tools, group, votersOf(tools, group), step)
}

const votersOf = ({ config }: RewardTools, { responses }: Group): number[] =>
  [...responses.keys()].filter((row) => mayVote(responses[row]!, config.reward))

/** [n] 1 where a response that may vote equals the known answer; null where none is known. Measured, whatever is rewarded. */
export async function rightOf(tools: RewardTools, group: Group): Promise<Float32Array | null> {
  if (group.question.answer === undefined) return null
  const vote = await rule(tools, group, votersOf(tools, group), 0)
  return vote.rewards
}
