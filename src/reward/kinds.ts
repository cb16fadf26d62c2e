import type { AnswerChecker } from '../answers/answer-checker.ts'
import type { Config } from '../config/schema.ts'
import { createRandom } from '../random.ts'
import type { Group, Response, Vote } from '../rollout/group.ts'
import type { Scorer } from './scorer/scorer.ts'

/** What computing rewards needs. */
export interface RewardTools {
  readonly config: Pick<Config, 'reward' | 'train'>
  readonly checker: AnswerChecker
  readonly scorer: Scorer | null // for reward.kind module
}

/** How the rewards of one group are found. `texts`: [n] what may vote, '' for a response that may not. */
type Reward = (tools: RewardTools, group: Group, texts: readonly string[], step: number) => Promise<Vote>

const majority: Reward = ({ checker }, _, texts) => checker.vote(texts)

const rule: Reward = ({ checker }, group, texts) => checker.againstGold(texts, group.question.answer!)

/** The vote's answers, the module's rewards. */
const module: Reward = async ({ checker, scorer }, group, texts) => {
  const vote = await checker.vote(texts)
  const { text: question, answer } = group.question
  const responses = group.responses.map((response) => response.text)
  const rewards = await scorer!.score({ question, responses, answers: vote.answers, gold: answer ?? null })
  return { ...vote, rewards }
}

/**
 * A control: a fair coin for each response. What still improves was not learned from agreement (Spurious Rewards, arXiv
 * 2506.10947). Shuffling the vote's rewards would not do: the means of the groups would carry what agreement
 * carries, unless the estimator removes them.
 */
const random: Reward = async ({ checker, config }, group, texts, step) => {
  const vote = await checker.vote(texts)
  const coin = createRandom([config.train.seed, 'reward', step, group.question.id])
  return { ...vote, rewards: Float32Array.from(texts, () => coin.below(2)) }
}

const kinds: Record<Config['reward']['kind'], Reward> = { majority, rule, module, random }

/**
 * The rewards of a group by reward.kind. Only the response is read, never the prompt; a response that the token
 * limit cut off has no answer, unless reward.unfinishedVotes.
 */
export function rewardGroup(tools: RewardTools, group: Group, step: number): Promise<Vote> {
  const { kind, unfinishedVotes } = tools.config.reward
  const mayVote = (response: Response): boolean => response.finishReason === 'stop' || unfinishedVotes
  const texts = group.responses.map((response) => (mayVote(response) ? response.text : ''))
  return kinds[kind](tools, group, texts, step)
}
