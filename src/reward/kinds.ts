import type { AnswerChecker } from '../answers/answer-checker.ts'
import type { Config } from '../config/schema.ts'
import { createRandom } from '../random.ts'
import type { Completion, Group, Judgement } from '../rollout/group.ts'
import type { Scorer } from './scorer/scorer.ts'

/** What rewards are found with. */
export interface RewardTools {
  readonly config: Pick<Config, 'reward' | 'train'>
  readonly checker: AnswerChecker
  readonly scorer: Scorer | null // for reward.kind module
}

/** How the rewards of one group are found. `texts`: [n] what may vote, '' for a response that may not. */
type Reward = (tools: RewardTools, group: Group, texts: readonly string[], step: number) => Promise<Judgement>

const majority: Reward = ({ checker }, _, texts) => checker.vote(texts)

const rule: Reward = ({ checker }, group, texts) => checker.againstGold(texts, group.instruction.answer!)

/** The vote's answers, the module's rewards. */
const module: Reward = async ({ checker, scorer }, group, texts) => {
  const judgement = await checker.vote(texts)
  const { text: question, answer } = group.instruction
  const responses = group.completions.map((completion) => completion.text)
  const rewards = await scorer!.score({ question, responses, answers: judgement.answers, gold: answer ?? null })
  return { ...judgement, rewards }
}

/**
 * A control: a fair coin for each response. What still improves was not learned from agreement (Spurious Rewards, arXiv
 * 2506.10947). Dealing the vote's own rewards by lot would not do: the means of the groups would tell what agreement
 * tells, unless the estimator takes them out.
 */
const random: Reward = async ({ checker, config }, group, texts, step) => {
  const judgement = await checker.vote(texts)
  const coin = createRandom([config.train.seed, 'reward', step, group.instruction.id])
  return { ...judgement, rewards: Float32Array.from(texts, () => coin.below(2)) }
}

const kinds: Record<Config['reward']['kind'], Reward> = { majority, rule, module, random }

/**
 * The rewards of a group by reward.kind. Only the response is judged, never the prompt; a response that the token
 * limit cut off has no answer, unless reward.unfinishedVotes.
 */
export function judge(tools: RewardTools, group: Group, step: number): Promise<Judgement> {
  const { kind, unfinishedVotes } = tools.config.reward
  const mayVote = (c: Completion): boolean => c.finishReason === 'stop' || unfinishedVotes
  const texts = group.completions.map((completion) => (mayVote(completion) ? completion.text : ''))
  return kinds[kind](tools, group, texts, step)
}
