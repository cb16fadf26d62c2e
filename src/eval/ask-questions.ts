import type { Tokenizer } from '../model/tokenizer.ts'
import { MOST_CALL_TOKENS } from '../native/bounds.ts'
import type { NativeEngine, ProgressFn } from '../native/types.ts'
import { respond } from './evaluate.ts'
import { type EvalFormat, evalPrompt } from './prompt.ts'
import type { StoredResponse } from './response-store.ts'
import { promptKeys, sampleSeeds } from './sample-seeds.ts'
import { toStored } from './sample-set.ts'

/** How the questions of an evaluation during training are answered. */
export interface Asking {
  readonly format: EvalFormat
  readonly samples: number // a question
  readonly temperature: number // 0 = greedy
  readonly maxNewTokens: number
  readonly stopTokens: Int32Array
  readonly stopTexts: readonly string[]
  readonly seed: number // of the run; a sample is drawn from it and its own prompt, as in `serl eval`
  readonly signal: AbortSignal // aborted: make no further call
}

/**
 * The samples of every question, in as few calls as the engine allows.
 * @returns [questions][samples]; fewer where it was cancelled
 */
export async function askQuestions(
  { engine, tokenizer }: { engine: NativeEngine; tokenizer: Tokenizer },
  questions: readonly { readonly problem: string }[],
  { format, seed, samples, signal, ...asking }: Asking,
  onProgress: ProgressFn,
): Promise<(readonly StoredResponse[])[]> {
  const prompts = questions.map(({ problem }) => evalPrompt(tokenizer, problem, format))
  const keys = promptKeys(prompts)
  const perCall = Math.floor(MOST_CALL_TOKENS / (samples * asking.maxNewTokens))
  const answered: (readonly StoredResponse[])[] = []
  for (let first = 0; first < prompts.length && !signal.aborted; first += perCall) {
    const part = prompts.slice(first, first + perCall)
    const partKeys = keys.slice(first, first + perCall)
    const seeds = Uint32Array.from(partKeys.flatMap((key) => sampleSeeds(seed, key, samples)))
    const sampling = { ...asking, samples, topP: 1, presencePenalty: 0, seeds }
    const groups = await respond({ engine, tokenizer }, part, sampling, (done, total) =>
      onProgress(first + (done / total) * part.length, prompts.length),
    )
    answered.push(...groups.map((group) => group.flatMap(toStored)))
  }
  return answered
}
