import { counted } from '../log/counted.ts'
import { rowSeeds } from '../random.ts'
import { sampledPerPrompt } from '../reward/choose-trained.ts'
import type { Group, Question } from '../rollout/group.ts'
import { promptTokens } from '../rollout/prompt.ts'
import { rollOut } from '../rollout/rollout.ts'
import { stopIfAsked, type TrainContext } from './context.ts'
import type { Tally } from './tally.ts'

/** Tokens of the longest question that is answered. */
const longestPrompt = ({ config: { rollout }, model: { maxPositions } }: TrainContext): number =>
  Math.min(rollout.maxPromptTokens, maxPositions - rollout.maxNewTokens)

/**
 * Responses to each question, as many as vote; one too long for the model or for the config is left out, and
 * counted.
 * @param at the step, and the round in it: they key the random seeds
 * @throws Interrupted
 */
export async function answer(
  context: TrainContext,
  at: { readonly step: number; readonly round: number },
  questions: readonly Question[],
  tally: Tally,
): Promise<Group[]> {
  const { config, format, model, reporter } = context
  const { maxNewTokens, temperature, topP } = config.rollout
  const samplesPerPrompt = sampledPerPrompt(config)
  const longest = longestPrompt(context)
  const prompted = questions
    .map((question) => ({ question, promptTokens: promptTokens(model.tokenizer, question.text, format) }))
    .filter(({ promptTokens }) => promptTokens.length <= longest)
  const tooLong = questions.length - prompted.length
  tally.tooLong += tooLong
  if (tooLong > 0) reporter.note(`${counted(tooLong, 'question')} left out: longer than ${longest} tokens`)
  stopIfAsked(context)
  const sampling = {
    samplesPerPrompt,
    maxNewTokens,
    temperature,
    topP,
    presencePenalty: 0,
    stopTokens: model.stopTokens,
    stopTexts: config.rollout.stop,
    seeds: rowSeeds(config.train.seed, `rollout/${at.round}`, at.step, prompted.length * samplesPerPrompt),
  }
  const groups = await rollOut(model.engine, model.tokenizer, prompted, sampling, (done, total) =>
    reporter.progress('answering', done, total),
  )
  stopIfAsked(context)
  for (const { responses } of groups) for (const { tokens } of responses) tally.tokensAnswered += tokens.length
  return groups
}
