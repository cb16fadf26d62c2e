import { UserError } from '../errors.ts'
import type { Device, Dtype, NativeEngine, ProgressFn } from '../native/types.ts'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import { openFinite } from './finite-engine.ts'
import { fixedTemplateDay, templateDate } from './template-date.ts'
import { loadTokenizer, type Tokenizer } from './tokenizer.ts'
import type { DescribedForTraining, TrainModel } from './train-model.ts'
import { readDescription, writeCheckpoint } from './write-checkpoint.ts'

/** The location of a model and how to compute with it. */
export interface ModelSettings {
  readonly path: string
  readonly device: string // cpu, cuda, cuda:N
  readonly dtype: 'auto' | Dtype // auto: float32 on the CPU, bfloat16 on CUDA
  readonly threads: number // 0 = all cores
  readonly kvCacheGiB: number
  readonly activationCheckpointing?: boolean
  readonly checkWeights?: boolean // check every weight while it is loaded: training must not begin with a NaN
}

/** A checkpoint folder, read except for its weights. */
export interface DescribedModel {
  readonly checkpoint: Checkpoint
  readonly tokenizer: Tokenizer | null // null: the folder has none
}

export interface OpenedModel extends DescribedModel {
  readonly engine: NativeEngine
}

export const deviceOf = (device: string): Device => (device === 'cuda' ? 'cuda:0' : (device as Device))

export const dtypeOf = (settings: Pick<ModelSettings, 'device' | 'dtype'>): Dtype => {
  if (settings.dtype !== 'auto') return settings.dtype
  return settings.device === 'cpu' ? 'float32' : 'bfloat16'
}

/**
 * Checkpoint and tokenizer, without loading a weight.
 * @param day that chat templates with a date see, YYYY-MM-DD; default fixed, so that prompts are the same on another day
 * @throws UserError naming the file; a tokenizer with tokens that the model does not have, too
 */
export async function describeModel(path: string, day = fixedTemplateDay): Promise<DescribedModel> {
  const checkpoint = await readCheckpoint(path)
  const { vocabSize } = checkpoint.config
  return { checkpoint, tokenizer: await loadTokenizer(path, { now: templateDate(day), vocabSize }) }
}

/**
 * Loads the weights of a checkpoint into the native engine.
 * @param reference also keep frozen weights, for KL
 * @throws UserError, SerlError as openEngine; NOT_FINITE, from its generate and logprobs too, says what to do
 */
export async function openModel(
  described: DescribedModel,
  settings: ModelSettings,
  reference: boolean,
  onProgress?: ProgressFn,
): Promise<OpenedModel> {
  const { openEngine } = await import('../native/engine.ts')
  const { checkpoint } = described
  const options = {
    model: checkpoint.config,
    weights: checkpoint.weights,
    device: deviceOf(settings.device),
    dtype: dtypeOf(settings),
    reference,
    kvCacheBytes: Math.round(settings.kvCacheGiB * 2 ** 30),
    threads: settings.threads,
    activationCheckpointing: settings.activationCheckpointing ?? false,
    checkWeights: settings.checkWeights ?? false,
  }
  const origin = { dir: checkpoint.dir, checked: options.checkWeights }
  return { ...described, engine: await openFinite(origin, () => openEngine(options, onProgress)) }
}

/**
 * What training needs of a model before its weights are loaded.
 * @throws UserError if the folder has no tokenizer, or no token that ends a text
 */
export const describeForTraining = (described: DescribedModel): DescribedForTraining => ({
  ...requireTrainable(described),
  maxPositions: described.checkpoint.config.maxPositionEmbeddings,
  readWeights: async (dir) => (await readCheckpoint(dir)).weights,
})

/** Every id that ends a text; the tokenizer's where the checkpoint names none. */
export function stopTokensOf({ checkpoint, tokenizer }: DescribedModel): Int32Array {
  if (checkpoint.eosTokenIds.length > 0) return Int32Array.from(checkpoint.eosTokenIds)
  const eos = tokenizer?.eosTokenId ?? null
  return Int32Array.from(eos === null ? [] : [eos])
}

/**
 * What is odd about the tokens that end a text, null where nothing is: the tokenizer names an EOS token that the
 * checkpoint does not.
 */
export function eosWarning({ checkpoint, tokenizer }: DescribedModel): string | null {
  const id = tokenizer?.eosTokenId ?? null
  if (id === null || checkpoint.eosTokenIds.includes(id)) return null
  const named = `the tokenizer of ${checkpoint.dir} alone names ${id} as an EOS token`
  const remedy = 'put it into eos_token_id of generation_config.json'
  if (checkpoint.eosTokenIds.length === 0)
    return `${named}: it ends responses here, but not in every program; ${remedy}`
  return `${named}: it does not end responses, only ${checkpoint.eosTokenIds.join(', ')} do; if it should, ${remedy}`
}

/**
 * The model as training uses it.
 * @throws UserError if the folder has no tokenizer, or no token that ends a text
 */
export function trainModel(opened: OpenedModel): TrainModel {
  const { checkpoint, engine } = opened
  const description = readDescription(checkpoint.dir) // now: the folder may be moved during the run
  description.catch(() => {}) // reported by the first write
  return {
    engine,
    ...describeForTraining(opened),
    shapes: new Map(checkpoint.weights.map((tensor) => [tensor.name, tensor.shape])),
    writeWeights: async (dir) => writeCheckpoint(engine, checkpoint, dir, await description),
  }
}

/** What training requires of a folder: a tokenizer and an EOS token. */
export function requireTrainable(described: DescribedModel): { tokenizer: Tokenizer; stopTokens: Int32Array } {
  const tokenizer = requireTokenizer(described)
  const stopTokens = stopTokensOf(described)
  if (stopTokens.length === 0) {
    throw new UserError(
      `${described.checkpoint.dir} names no EOS token: responses would never end. ` +
        'Put eos_token_id into its generation_config.json',
    )
  }
  return { tokenizer, stopTokens }
}

/** @throws UserError if the folder has no tokenizer. */
export function requireTokenizer({ checkpoint, tokenizer }: DescribedModel): Tokenizer {
  if (tokenizer === null)
    throw new UserError(`${checkpoint.dir} has no tokenizer.json, which is needed to tokenize text`)
  return tokenizer
}
