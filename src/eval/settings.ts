import type { Tokenizer } from '../model/tokenizer.ts'
import type { Device, Dtype, NativeEngine } from '../native/types.ts'
import { type PromptFormat, placeholder } from '../rollout/prompt.ts'
import type { EvalSet } from './eval-set.ts'
import type { EvalFormat } from './prompt.ts'

/** What decides a model's responses besides the model and the questions. */
export interface EvalSettings {
  readonly samples: number // a question
  readonly temperature: number // 0 = greedy
  readonly topP: number // 1 = off
  readonly presencePenalty: number // 0 = off
  readonly maxNewTokens: number
  readonly seed: number
  readonly template: PromptFormat['template']
  readonly suffix: string | null // put after every question; null = as the set says
  readonly fewShot: number // worked examples before a question
  readonly layout?: PromptLayout // as a run asked its questions; default: the bare question
}

/** The text around a question and its response, besides template and suffix. */
export interface PromptLayout extends Pick<PromptFormat, 'prompt' | 'system' | 'examples' | 'specialTokens'> {
  readonly stop?: readonly string[] // texts that end a response; default none
}

/** A model to evaluate. */
export interface EvalModel {
  readonly path: string
  readonly fingerprint: string // of its content
  readonly engineFingerprint: string // of what computes it
  readonly tokenizer: Tokenizer
  readonly stopTokens: Int32Array
  readonly maxPositions: number // longest sequence
  readonly device: Device
  readonly dtype: Dtype
  /** Loads the weights at the first call: where every response is known already, there is none. */
  engine(): Promise<NativeEngine>
}

/** How a set's questions are asked under these settings. */
export const formatOf = (set: EvalSet, { template, suffix, fewShot, layout = {} }: EvalSettings): EvalFormat => ({
  ...layout,
  template,
  suffix: suffix ?? set.suffix,
  fewShot: set.examples.slice(0, fewShot),
})

/** What of a layout differs from the bare question, as JSON; empty: nothing. */
export function layoutText({
  prompt = placeholder,
  system = '',
  examples = [],
  specialTokens = true,
  stop = [],
}: PromptLayout): string {
  const parts = {
    ...(prompt === placeholder ? {} : { prompt }),
    ...(system === '' ? {} : { system }),
    ...(examples.length === 0 ? {} : { examples }),
    ...(specialTokens ? {} : { specialTokens }),
    ...(stop.length === 0 ? {} : { stop }),
  }
  return Object.keys(parts).length === 0 ? '' : JSON.stringify(parts)
}
