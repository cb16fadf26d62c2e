// What training, the panel and the forecast share: questions asked and answered as in a training step.
import type { Config } from '../config/schema.ts'
import type { TrainModel } from '../model/train-model.ts'
import type { Question } from './group.ts'
import { type PromptFormat, promptTokens } from './prompt.ts'
import type { PromptedQuestion, RollOutParams } from './rollout.ts'

/** Tokens of the longest prompt that leaves room for a response. */
export const longestPrompt = ({ rollout }: Pick<Config, 'rollout'>, maxPositions: number): number =>
  Math.min(rollout.maxPromptTokens, maxPositions - rollout.maxNewTokens)

/** The questions with their prompts; those that are too long are left out. */
export function promptQuestions(
  { tokenizer, maxPositions }: Pick<TrainModel, 'tokenizer' | 'maxPositions'>,
  questions: readonly Question[],
  config: Pick<Config, 'rollout'>,
  format: PromptFormat,
): PromptedQuestion[] {
  const longest = longestPrompt(config, maxPositions)
  return questions
    .map((question) => ({ question, promptTokens: promptTokens(tokenizer, question.text, format) }))
    .filter(({ promptTokens }) => promptTokens.length <= longest)
}

/** @param seeds [prompts * samplesPerPrompt] */
export function answeringParams(
  { rollout }: Pick<Config, 'rollout'>,
  { stopTokens }: Pick<TrainModel, 'stopTokens'>,
  samplesPerPrompt: number,
  seeds: Uint32Array,
): RollOutParams {
  const { maxNewTokens, temperature, topP, stop: stopTexts } = rollout
  return { samplesPerPrompt, maxNewTokens, temperature, topP, presencePenalty: 0, stopTokens, stopTexts, seeds }
}
