import { SerlError, UserError } from '../errors.ts'
import { isWithin, MOST_CALL_TOKENS, MOST_THREADS, nativeBounds } from './bounds.ts'
import type {
  EngineOptions,
  Loss,
  ModelConfig,
  OptimizerParams,
  SamplingParams,
  SequenceBatch,
  StopStrings,
  TensorFile,
  TensorSource,
  TokenBatch,
} from './types.ts'

// Everything that could make native code read past an array or a table is refused here.

function argument(condition: boolean, message: string): asserts condition {
  if (!condition) throw new SerlError('ARGUMENT', message)
}

/** Checks the arguments of openEngine that native code relies on. */
export function checkOptions({ model, weights, dtype, kvCacheBytes, threads, device }: EngineOptions): void {
  argument(dtype === 'float32' || dtype === 'bfloat16', `dtype is ${dtype}: float32 or bfloat16`)
  checkSources(weights)
  const layers = model.numHiddenLayers
  argument(
    model.slidingWindows.length === layers,
    `slidingWindows has ${model.slidingWindows.length} entries for ${layers} layers`,
  )
  argument(
    model.ropeFrequencies.length * 2 === model.headDim,
    `ropeFrequencies must have headDim / 2 = ${model.headDim / 2} entries`,
  )
  argument(
    model.numAttentionHeads % model.numKeyValueHeads === 0,
    `numAttentionHeads ${model.numAttentionHeads} is not a multiple of numKeyValueHeads ${model.numKeyValueHeads}`,
  )
  argument(
    model.slidingWindows.every((window) => window >= 0),
    'slidingWindows must be 0 (all keys) or more',
  )
  argument(kvCacheBytes > 0, `kvCacheBytes is ${kvCacheBytes}: it must be positive`)
  argument(
    isWithin(threads, nativeBounds.threads),
    `threads is ${threads}: it must be 0 (all cores) to ${MOST_THREADS}`,
  )
  argument(/^(cpu|cuda:\d+)$/.test(device), `device is ${device}: it must be cpu or cuda:INDEX`)
}

/**
 * Without a number of threads, libtorch takes that of OMP_NUM_THREADS, whose first entry counts; it skips what is none.
 * @throws UserError for more than the engine can start
 */
export function checkThreadsOfEnvironment(threads: number, found = process.env.OMP_NUM_THREADS): void {
  if (threads !== 0 || found === undefined) return
  const first = Number(found.split(',')[0])
  if (!(first > MOST_THREADS)) return
  throw new UserError(
    `the environment variable OMP_NUM_THREADS is ${found}: the engine starts at most ${MOST_THREADS} threads; unset it, ` +
      'or give --threads (model.threads)',
  )
}

/** Offsets ascend from 0 to the number of tokens, sequences are not empty, ids are in the vocabulary. */
function checkTokens({ tokens, offsets }: TokenBatch, model: ModelConfig): number {
  checkArray('tokens', tokens, Int32Array)
  checkArray('offsets', offsets, Int32Array)
  const n = offsets.length - 1
  argument(n >= 1, 'the batch is empty: offsets needs at least two entries')
  argument(offsets[0] === 0 && offsets[n] === tokens.length, `offsets must run from 0 to ${tokens.length}`)
  for (let i = 0; i < n; i++) {
    argument(offsets[i + 1]! > offsets[i]!, `sequence ${i} is empty`)
  }
  for (let t = 0; t < tokens.length; t++) {
    const id = tokens[t]!
    argument(id >= 0 && id < model.vocabSize, `token ${t} is ${id}: the vocabulary has ${model.vocabSize} entries`)
  }
  return n
}

export function checkPrompts(batch: TokenBatch, model: ModelConfig, maxNewTokens: number): void {
  const n = checkTokens(batch, model)
  for (let i = 0; i < n; i++) {
    const length = batch.offsets[i + 1]! - batch.offsets[i]!
    argument(
      length + maxNewTokens <= model.maxPositionEmbeddings,
      `prompt ${i} has ${length} tokens; with maxNewTokens ${maxNewTokens} it exceeds the model's ${model.maxPositionEmbeddings} positions`,
    )
  }
}

/** @returns the number of action tokens A. */
export function checkSequences(batch: SequenceBatch, model: ModelConfig): number {
  const n = checkTokens(batch, model)
  const { promptLengths, offsets } = batch
  checkArray('promptLengths', promptLengths, Int32Array, n)
  let actions = 0
  for (let i = 0; i < n; i++) {
    const length = offsets[i + 1]! - offsets[i]!
    const prompt = promptLengths[i]!
    argument(prompt >= 1 && prompt <= length, `sequence ${i}: promptLength is ${prompt}, it must be 1 to ${length}`)
    argument(
      length <= model.maxPositionEmbeddings,
      `sequence ${i} has ${length} tokens, the model ${model.maxPositionEmbeddings} positions`,
    )
    actions += length - prompt
  }
  return actions
}

export function checkSampling(sampling: SamplingParams, prompts: number, vocabSize: number): void {
  const { samplesPerPrompt, maxNewTokens, temperature, topP, presencePenalty, stopTokens, seeds } = sampling
  argument(
    isWithin(samplesPerPrompt, nativeBounds.samplesPerPrompt),
    `samplesPerPrompt is ${samplesPerPrompt}: at least 1`,
  )
  argument(isWithin(maxNewTokens, nativeBounds.maxNewTokens), `maxNewTokens is ${maxNewTokens}: at least 1`)
  argument(
    temperature === 0 || validTemperature(temperature),
    `temperature is ${temperature}: 0 (greedy), or 1e-4 or more`,
  )
  argument(isWithin(topP, nativeBounds.topP), `topP is ${topP}: above 0, at most 1`)
  argument(
    isWithin(presencePenalty, nativeBounds.presencePenalty),
    `presencePenalty is ${presencePenalty}: from -1e4 to 1e4`,
  )
  const rows = prompts * samplesPerPrompt
  argument(
    rows * maxNewTokens <= MOST_CALL_TOKENS,
    `${rows} rows of maxNewTokens ${maxNewTokens} make ${rows * maxNewTokens} tokens: a call holds fewer than 2^31`,
  )
  checkArray('seeds', seeds, Uint32Array, rows)
  checkArray('stopTokens', stopTokens, Int32Array)
  if (sampling.stopStrings !== undefined) checkStopStrings(sampling.stopStrings, vocabSize)
  for (const id of stopTokens)
    argument(id >= 0 && id < vocabSize, `stop token ${id} is not in the vocabulary of ${vocabSize}`)
}

function checkStopStrings({ strings, tokenBytes, tokenOffsets }: StopStrings, vocabSize: number): void {
  argument(strings.length <= 64, `stopStrings has ${strings.length} strings: at most 64`)
  for (const text of strings) {
    const bytes = Buffer.byteLength(text)
    argument(bytes >= 1 && bytes <= 1024, `a stop string has ${bytes} bytes: 1 to 1024`)
  }
  checkArray('tokenBytes', tokenBytes, Uint8Array)
  checkArray('tokenOffsets', tokenOffsets, Int32Array, vocabSize + 1)
  const ascends = tokenOffsets.every((offset, i) => i === 0 || offset >= tokenOffsets[i - 1]!)
  const whole = tokenOffsets[0] === 0 && tokenOffsets[vocabSize] === tokenBytes.length
  argument(ascends && whole, `tokenOffsets must ascend from 0 to ${tokenBytes.length}`)
}

const validTemperature = (temperature: number): boolean => isWithin(temperature, nativeBounds.temperature)

export function checkTemperature(temperature: number): void {
  argument(validTemperature(temperature), `temperature is ${temperature}: it must be 1e-4 or more`)
}

export function checkOptimizer(params: OptimizerParams): void {
  const { step, lr, beta1, beta2, eps, weightDecay, maxGradNorm } = params
  argument(isWithin(step, nativeBounds.step), `step is ${step}: 1 for the first update, then 2, ...`)
  for (const [name, value] of Object.entries({ lr, weightDecay, maxGradNorm })) {
    argument(isWithin(value, nativeBounds[name as 'lr']), `${name} is ${value}: it must be 0 or more`)
  }
  for (const [name, value] of Object.entries({ beta1, beta2 })) {
    argument(isWithin(value, nativeBounds[name as 'beta1']), `${name} is ${value}: at least 0, below 1`)
  }
  argument(isWithin(eps, nativeBounds.eps), `eps is ${eps}: it must be positive`)
}

export function checkLoss(loss: Loss, actions: number): void {
  checkFloats('weights', loss.weights, actions)
  argument(isWithin(loss.normalizer, nativeBounds.normalizer), `normalizer is ${loss.normalizer}: it must be positive`)
  if (loss.kind === 'nll') return
  argument(loss.kind === 'policy', `loss kind is ${(loss as Loss).kind}: policy or nll`)
  argument(
    loss.advantages !== undefined && loss.oldLogprobs !== undefined,
    'a policy loss needs advantages and oldLogprobs',
  )
  checkFloats('advantages', loss.advantages, actions)
  checkFloats('oldLogprobs', loss.oldLogprobs, actions)
  checkFloats('referenceLogprobs', loss.referenceLogprobs, actions)
  argument(loss.klCoef === 0 || loss.referenceLogprobs !== undefined, 'klCoef needs referenceLogprobs')
  checkTemperature(loss.temperature)
  const { surrogate = 'ppo', entropyCoef = 0 } = loss
  argument(['ppo', 'cispo'].includes(surrogate), `surrogate is ${surrogate}: ppo or cispo`)
  argument(isWithin(entropyCoef, nativeBounds.entropyCoef), `entropyCoef is ${entropyCoef}: it must be 0 or more`)
  argument(['k1', 'k2', 'k3'].includes(loss.klEstimator), `klEstimator is ${loss.klEstimator}: k1, k2 or k3`)
  for (const name of ['clipLow', 'clipHigh', 'klCoef'] as const) {
    argument(isWithin(loss[name], nativeBounds[name]), `${name} is ${loss[name]}: it must be 0 or more`)
  }
}

export function checkSources(sources: readonly TensorSource[]): void {
  for (const { name, dtype } of sources) {
    argument(['F32', 'F16', 'BF16'].includes(dtype), `tensor ${name} has dtype ${dtype}: F32, F16 or BF16`)
  }
}

export function checkFiles(files: readonly TensorFile[]): void {
  for (const { path, header } of files) checkArray(`the header of ${path}`, header, Uint8Array)
}

const checkFloats = (name: string, values: Float32Array | undefined, length: number): void => {
  if (values !== undefined) checkArray(name, values, Float32Array, length)
}

type Numbers = Int32Array | Uint32Array | Float32Array | Uint8Array

/** A typed array of the type, and of the length where one is given, in memory that nobody else can change meanwhile. */
function checkArray(name: string, array: Numbers, type: new (length: number) => Numbers, length?: number): void {
  const right = array instanceof type && (length === undefined || array.length === length)
  argument(right, `${name} must be of type ${type.name}${length === undefined ? '' : `, of ${length} entries`}`)
  const { buffer } = array
  const fixed = !(buffer instanceof SharedArrayBuffer) && (buffer as { resizable?: boolean }).resizable !== true
  argument(fixed, `${name} must not lie in a shared or resizable buffer`)
}
