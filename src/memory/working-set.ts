import type { Config } from '../config/schema.ts'
import type { Dtype, ModelConfig } from '../native/types.ts'
import { sampledPerPrompt } from '../reward/choose-trained.ts'
import { nativeSizes } from './native-sizes.ts'

// What the native engine allocates besides the tensors that last, counted from native/core: which tensors a layer keeps
// for its backward (fused.cpp, segment_attention.cpp), the chunk of logits (vocabulary.cpp), the blocks of the
// key-value cache (kv_cache.cpp). `serl train --json` prints the plan and what was used.

/** A model as the plan needs it. */
export interface PlannedModel {
  readonly config: ModelConfig
  readonly shapes: Iterable<readonly number[]>
  readonly dtype: Dtype
}

/** What depends on the model. */
export interface WorkingSet {
  readonly model: ModelConfig
  readonly elementBytes: number
  /** float32 on the CPU: kernels that keep little. Else tensor operations, as autograd keeps them. */
  readonly kernels: boolean
  /** As the engine's EngineInfo will say: else attention pads each sequence and repeats keys and values. */
  readonly sharesPrompts: boolean
  readonly cpu: boolean
  readonly wantedRows: number // tokens of a micro-batch from which products run at full speed
}

export const fewestRows = 64

/** How a micro-batch is computed. */
export interface MicroBatch {
  readonly tokensPerMicroBatch: number
  readonly checkpointing: boolean
}

export function workingSet({ config: model, dtype }: PlannedModel, { model: { device } }: Config): WorkingSet {
  const cpu = device === 'cpu'
  return {
    model,
    elementBytes: dtype === 'bfloat16' ? 2 : 4,
    kernels: cpu && dtype === 'float32',
    sharesPrompts: cpu && model.slidingWindows.every((window) => window === 0 || window >= model.maxPositionEmbeddings),
    cpu,
    wantedRows: cpu ? 384 : 16_384,
  }
}

/** Node with libtorch loaded; a GPU's memory holds none of it. */
export const processBytes = ({ cpu }: WorkingSet): number => (cpu ? 265 * 2 ** 20 : 0)

/** Elements per token that a layer keeps for the backward pass. */
function keptElements({ model, kernels, sharesPrompts }: WorkingSet): number {
  const { hiddenSize: hidden, intermediateSize: intermediate, headDim, numAttentionHeads: heads } = model
  const query = heads * headDim
  const keyValue = model.numKeyValueHeads * headDim
  const qkNorm = model.qkNorm ? 6 * (query + keyValue) : 0
  // padded queries, repeated keys and values, the padded output
  const padded = sharesPrompts ? 0 : 4 * query
  // two residual inputs; q, k, v; the attended; log-sums; gate and up
  if (kernels) return 2 * hidden + (query + 2 * keyValue) + query + padded + heads + 2 * intermediate + qkNorm
  // besides: norms in float32 and their outputs, rotated halves, repeated keys and values, silu and its product
  return 10 * hidden + 3 * (query + 2 * keyValue) + 6 * query + heads + 4 * intermediate + qkNorm
}

/** Elements per token that exist while one layer is computed. */
const passingElements = ({ hiddenSize, intermediateSize }: ModelConfig): number => 6 * intermediateSize + 8 * hiddenSize

/** Bytes of a micro-batch: what the backward pass needs, one layer in progress, one chunk of logits. */
export function activationBytes(work: WorkingSet, { tokensPerMicroBatch: rows, checkpointing }: MicroBatch): number {
  const { model, elementBytes } = work
  const layers = model.numHiddenLayers
  const kept = keptElements(work)
  const perRow = checkpointing ? layers * model.hiddenSize + kept : layers * kept
  return rows * (perRow + passingElements(model)) * elementBytes + logitsBytes(work, rows)
}

function logitsBytes({ model, kernels }: WorkingSet, rows: number): number {
  const { logitsChunk } = nativeSizes
  const chunk = Math.max(logitsChunk.fewestRows, Math.min(rows, Math.floor(logitsChunk.elements / model.vocabSize)))
  return chunk * model.vocabSize * 4 * (kernels ? 1 : 4)
}

/** Bytes that sampling takes beside the key-value cache. */
export function generationBytes({ model, kernels, elementBytes, cpu }: WorkingSet, config: Config): number {
  const rows = Math.min(nativeSizes.decodedRows, rolloutRows(config))
  const logits = rows * model.vocabSize * 4 * (kernels ? 1 : 3)
  const prefill = Math.min(
    nativeSizes.prefillTokens[cpu ? 'cpu' : 'cuda'],
    config.rollout.promptsPerRound * config.rollout.maxPromptTokens,
  )
  return Math.max(logits, prefill * passingElements(model) * elementBytes)
}

const rolloutRows = (config: Config): number =>
  config.rollout.promptsPerRound * Math.max(sampledPerPrompt(config), config.reward.extraVotes)

/** Bytes of key-value cache with which no row of a round of rollouts waits, with prompts of maximum length. */
export function kvCacheNeed({ model, elementBytes }: WorkingSet, config: Config): number {
  const { promptsPerRound, maxPromptTokens, maxNewTokens } = config.rollout
  const { cacheBlockTokens } = nativeSizes
  const blocks = (tokens: number): number => Math.ceil(tokens / cacheBlockTokens) * cacheBlockTokens
  const rows = Math.min(nativeSizes.decodedRows, rolloutRows(config))
  const tokens = promptsPerRound * blocks(maxPromptTokens) + rows * blocks(maxNewTokens)
  return tokens * 2 * model.numHiddenLayers * model.numKeyValueHeads * model.headDim * elementBytes
}
