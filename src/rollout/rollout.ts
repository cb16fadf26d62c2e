import type { Tokenizer } from '../model/tokenizer.ts'
import {
  type Completions,
  FinishReason,
  type NativeEngine,
  type ProgressFn,
  type SamplingParams,
} from '../native/types.ts'
import type { Group, Question, Response } from './group.ts'
import { packTokens } from './pack.ts'
import { cutAtStop, stopStrings } from './stop-text.ts'

/** A question with its prompt. */
export interface PromptedQuestion {
  readonly question: Question
  readonly promptTokens: Int32Array // [P]
}

export interface RollOutParams extends Omit<SamplingParams, 'stopStrings'> {
  readonly stopTexts?: readonly string[]
}

/**
 * n samples of each prompt, in one call, so that every prompt is prefilled once.
 * @param sampling seeds: [prompts * samplesPerPrompt]; stopTexts end a response where they begin, default none
 * @returns one group per prompt, in order
 */
export async function rollOut(
  engine: NativeEngine,
  tokenizer: Tokenizer,
  prompted: readonly PromptedQuestion[],
  params: RollOutParams,
  onProgress?: ProgressFn,
): Promise<Group[]> {
  if (prompted.length === 0) return []
  const prompts = packTokens(prompted.map((prompt) => prompt.promptTokens))
  const sampling = samplingParams(engine, tokenizer, params)
  const completions = await engine.generate(prompts, sampling, onProgress)
  const responses = responsesOf(completions, params.stopTexts ?? [], tokenizer)
  const n = sampling.samplesPerPrompt
  return prompted.map((prompt, i) => ({ ...prompt, responses: responses.slice(i * n, (i + 1) * n) }))
}

/** As the engine takes them. */
export function samplingParams(
  { info }: Pick<NativeEngine, 'info'>,
  tokenizer: Tokenizer,
  { stopTexts = [], ...params }: RollOutParams,
): SamplingParams {
  const stops = stopStrings(tokenizer, stopTexts, info.vocabSize)
  return stops === undefined ? params : { ...params, stopStrings: stops }
}

/** [rows] cut at stop texts. */
export const responsesOf = (
  completions: Completions,
  stopTexts: readonly string[],
  tokenizer: Pick<Tokenizer, 'decode'>,
): Response[] => unpackCompletions(completions, tokenizer).map((response) => cutAtStop(response, stopTexts, tokenizer))

/** By FinishReason's codes. */
export const finishNames = Object.fromEntries(
  Object.entries(FinishReason).map(([name, code]) => [code, name]),
) as Record<number, Response['finishReason']>

/** Packed rows to one object per row; texts without special tokens. Token arrays are copies: the batch can go. */
export function unpackCompletions(batch: Completions, tokenizer: Pick<Tokenizer, 'decode'>): Response[] {
  return Array.from(batch.finishReasons, (reason, row) => {
    const [from, to] = [batch.offsets[row]!, batch.offsets[row + 1]!]
    const tokens = batch.tokens.slice(from, to)
    return {
      tokens,
      logprobs: batch.logprobs.slice(from, to),
      text: tokenizer.decode(tokens),
      finishReason: finishNames[reason]!,
    }
  })
}
