import { counted } from '../log/counted.ts'
import { rowSeeds } from '../random.ts'
import { sampledPerPrompt } from '../reward/choose-trained.ts'
import { answeringParams, longestPrompt, promptQuestions } from '../rollout/answering.ts'
import type { Group, Question } from '../rollout/group.ts'
import { rollOut } from '../rollout/rollout.ts'
import type { TrainState } from '../run/train-state.ts'
import { stopIfAsked, type TrainContext } from './context.ts'
import { withFrozenVotes } from './frozen-vote.ts'
import type { Tally } from './tally.ts'

/**
 * Responses to each question, as many as vote; one too long for the model or for the config is left out, and
 * counted. With the base model's votes, where they decide the rewards.
 * @param round of the step: the two key the random seeds
 * @throws Interrupted
 */
export async function answer(
  context: TrainContext,
  state: TrainState,
  round: number,
  questions: readonly Question[],
  tally: Tally,
): Promise<readonly Group[]> {
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
  const seeds = rowSeeds(config.train.seed, `rollout/${round}`, state.step, prompted.length * samples)
  const sampling = answeringParams(config, model, samples, seeds)
  const groups = await rollOut(model.engine, model.tokenizer, prompted, sampling, (done, total) =>
    reporter.progress('answering', done, total),
  )
  stopIfAsked(context)
  for (const { responses } of groups) for (const { tokens } of responses) tally.tokensAnswered += tokens.length
  return withFrozenVotes(context, state, groups, tally)
}
