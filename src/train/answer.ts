import { counted } from '../log/counted.ts'
import { rowSeeds } from '../random.ts'
import { sampledPerPrompt } from '../reward/choose-trained.ts'
import { keepInBand } from '../reward/difficulty.ts'
import { vote } from '../reward/vote.ts'
import { answeringParams, longestPrompt, promptQuestions } from '../rollout/answering.ts'
import type { Group, Question, RewardedGroup } from '../rollout/group.ts'
import { rollOutUntil } from '../rollout/roll-out-until.ts'
import { type PromptedQuestion, type RollOutParams, rollOut } from '../rollout/rollout.ts'
import type { TrainState } from '../run/train-state.ts'
import { stopIfAsked, type TrainContext } from './context.ts'
import { withFrozenVotes } from './frozen-vote.ts'
import type { Tally } from './tally.ts'

/** A round of sampling; step and round key the random seeds. */
export interface Round {
  readonly step: number
  readonly round: number // in the step
  readonly missing: number // groups that the step still needs
}

/**
 * Responses to each question, as many as vote; one too long for the model or for the config is left out, and
 * counted. With the base model's votes, where they decide the rewards. With rollout.cancelStragglers the groups bring their
 * votes, and those that were cancelled are missing.
 * @throws Interrupted
 */
export async function answer(
  context: TrainContext,
  state: TrainState,
  round: Round,
  questions: readonly Question[],
  tally: Tally,
): Promise<readonly (Group | RewardedGroup)[]> {
  const { config, format, model, reporter } = context
  const prompted = promptQuestions(model, questions, config, format)
  const tooLong = questions.length - prompted.length
  tally.tooLong += tooLong
  if (tooLong > 0) {
    const longest = longestPrompt(config, model.maxPositions)
    reporter.note(`${counted(tooLong, 'question')} left out: longer than ${longest} tokens`)
  }
  stopIfAsked(context)
  const samples = sampledPerPrompt(config)
  const seeds = rowSeeds(config.train.seed, `rollout/${round.round}`, round.step, prompted.length * samples)
  const sampling = answeringParams(config, model, samples, seeds)
  const groups = config.rollout.cancelStragglers
    ? await answerUntilEnough(context, round, prompted, sampling)
    : await rollOut(model.engine, model.tokenizer, prompted, sampling, progressTo(context))
  stopIfAsked(context)
  tally.cancelled += prompted.length - groups.length
  for (const { responses } of groups) for (const { tokens } of responses) tally.tokensAnswered += tokens.length
  return withFrozenVotes(context, state, groups, tally)
}

const progressTo =
  ({ reporter }: TrainContext) =>
  (done: number, total: number): void =>
    reporter.progress('answering', done, total)

/** Votes on groups as they finish, and cancels the others once the step has all that it needs. */
async function answerUntilEnough(
  context: TrainContext,
  { step, missing }: Round,
  prompted: readonly PromptedQuestion[],
  sampling: RollOutParams,
): Promise<RewardedGroup[]> {
  const voted = new Map<Question, RewardedGroup>()
  const isEnough = async (finished: readonly Group[]): Promise<boolean> => {
    for (const group of await vote(context, finished, step)) voted.set(group.question, group)
    return keepInBand([...voted.values()], context.config).length >= missing
  }
  const groups = await rollOutUntil(context.model, prompted, sampling, isEnough, progressTo(context))
  return groups.map(({ question }) => voted.get(question)!)
}
