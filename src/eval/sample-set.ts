import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { counted } from '../log/counted.ts'
import { MOST_CALL_TOKENS } from '../native/bounds.ts'
import type { Response } from '../rollout/group.ts'
import { version } from '../version.ts'
import type { EvalSet } from './eval-set.ts'
import { respond } from './evaluate.ts'
import { evalPrompt } from './prompt.ts'
import { openStore, type ResponseStore, type StoredPrompt, type StoredResponse } from './response-store.ts'
import { promptKeys, sampleSeeds } from './sample-seeds.ts'
import { type EvalModel, type EvalSettings, formatOf } from './settings.ts'

/** A set's questions as the model sees them. */
export interface PromptedSet {
  readonly set: EvalSet
  readonly prompts: readonly Int32Array[] // [items] of [P]
}

/**
 * @throws UserError if the set has fewer examples than asked for, or naming the first question that leaves no room for
 * maxNewTokens
 */
export function promptSet(model: EvalModel, set: EvalSet, settings: EvalSettings): PromptedSet {
  if (set.examples.length < settings.fewShot) {
    throw new UserError(
      `--few-shot ${settings.fewShot}: the set ${set.name} has ${counted(set.examples.length, 'worked example')}; ` +
        'give your own in the adapter ("examples"), see docs/evaluation.md',
    )
  }
  const format = formatOf(set, settings)
  const prompts = set.items.map(({ problem }) => evalPrompt(model.tokenizer, problem, format))
  const long = prompts.findIndex((tokens) => tokens.length + settings.maxNewTokens > model.maxPositions)
  if (long >= 0) {
    throw new UserError(
      `${set.source}:${set.items[long]!.line}: the prompt has ${prompts[long]!.length} tokens, and with ` +
        `--max-new-tokens ${settings.maxNewTokens} it exceeds the model's ${model.maxPositions} positions`,
    )
  }
  return { set, prompts }
}

export interface AnswerContext {
  readonly cache: string // folder of responses that are known already
  readonly fresh: boolean // do not read them
  readonly rowsPerCall: number // samples that the engine gets at a time, and that a killed process loses
  readonly signal: AbortSignal // aborted: keep what is finished and stop
  readonly onProgress: (done: number, total: number) => void // samples
}

/**
 * The responses to a set: those that are known from an earlier run, and the others from the model, written down call by
 * call. A sample is drawn from a seed of its own question, so that it does not depend on the set's order or length, on
 * other samples, or on where an earlier run was stopped.
 * @returns [items][samples]; null where it was stopped
 */
export async function sampleSet(
  model: EvalModel,
  { set, prompts }: PromptedSet,
  settings: EvalSettings,
  context: AnswerContext,
): Promise<(readonly StoredResponse[])[] | null> {
  const { samples } = settings
  const keys = promptKeys(prompts)
  const store = await openStore(...storeOf(model, set, settings, context))
  try {
    const missing = keys.flatMap((key, i) => ((store.get(key)?.length ?? 0) >= samples ? [] : [i]))
    const rows = Math.min(context.rowsPerCall, Math.floor(MOST_CALL_TOKENS / settings.maxNewTokens))
    const perCall = Math.max(1, Math.floor(rows / samples))
    for (let first = 0; first < missing.length; first += perCall) {
      await model.engine() // Ctrl-C may come while the weights are loaded
      if (context.signal.aborted) return null
      const part = missing.slice(first, first + perCall).map((i) => ({ key: keys[i]!, prompt: prompts[i]! }))
      const before = (prompts.length - missing.length + first) * samples
      await answerPart(model, part, settings, store, (share) =>
        context.onProgress(before + share * part.length * samples, prompts.length * samples),
      )
    }
    return context.signal.aborted ? null : keys.map((key) => store.get(key)!.slice(0, samples))
  } finally {
    await store.close()
  }
}

/** One call of the engine; a question with a cancelled sample is not written down. */
async function answerPart(
  model: EvalModel,
  part: readonly { key: string; prompt: Int32Array }[],
  settings: EvalSettings,
  store: ResponseStore,
  onProgress: (share: number) => void,
): Promise<void> {
  const { samples, temperature, topP, presencePenalty, maxNewTokens, seed } = settings
  const engine = await model.engine()
  const seeds = Uint32Array.from(part.flatMap(({ key }) => sampleSeeds(seed, key, samples)))
  const { tokenizer, stopTokens } = model
  const stopTexts = settings.layout?.stop ?? []
  const sampling = { samples, temperature, topP, presencePenalty, maxNewTokens, stopTokens, stopTexts, seeds }
  const drawn = await respond(
    { engine, tokenizer },
    part.map(({ prompt }) => prompt),
    sampling,
    (done, total) => onProgress(done / total),
  )
  const whole = drawn.flatMap((group, i): StoredPrompt[] => {
    const responses = group.flatMap(toStored)
    return responses.length === samples ? [{ prompt: part[i]!.key, responses }] : []
  })
  await store.add(whole)
}

/** Nothing of a response that was cancelled. */
export const toStored = ({ text, tokens, finishReason }: Response): StoredResponse[] =>
  finishReason === 'cancelled' ? [] : [{ text, tokens: tokens.length, finishReason }]

/**
 * The file of a model's responses to a set: one per model content, dtype, kind of device, program version, build of the
 * engine and sampling. The number of samples is not part of it: the first samples of many are the same as those of few.
 */
function storeOf(
  model: EvalModel,
  set: EvalSet,
  settings: EvalSettings,
  { cache, fresh }: AnswerContext,
): [string, object, boolean] {
  const { temperature, topP, presencePenalty, maxNewTokens, seed } = settings
  const greedy = temperature === 0
  const header = {
    serl: version(),
    model: model.fingerprint,
    engine: model.engineFingerprint,
    dtype: model.dtype,
    device: model.device.replace(/:.*/, ''),
    stopTokens: Array.from(model.stopTokens),
    ...(settings.layout?.stop?.length ? { stopTexts: settings.layout.stop } : {}),
    // a greedy response depends on no seed
    sampling: { temperature, topP: greedy ? 1 : topP, presencePenalty, maxNewTokens, seed: greedy ? 0 : seed },
  }
  const key = createHash('sha256').update(JSON.stringify(header)).digest('hex').slice(0, 16)
  return [join(cache, 'eval', model.fingerprint.slice(0, 16), `${set.name}-${key}.jsonl`), header, fresh]
}
