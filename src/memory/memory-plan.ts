import type { Config } from '../config/schema.ts'
import { keepsReference } from '../rl/train-batch.ts'
import {
  activationBytes,
  fewestRows,
  generationBytes,
  kvCacheNeed,
  type PlannedModel,
  processBytes,
  type WorkingSet,
  workingSet,
} from './working-set.ts'

/** The memory that a training run needs, and the settings chosen to fit it. */
export interface MemoryPlan {
  readonly parameters: number
  readonly weightsBytes: number
  readonly referenceBytes: number
  readonly baseBytes: number // the base model in an engine of its own, for reward.kind frozen-vote
  readonly gradientBytes: number // float32
  readonly optimizerBytes: number // both moments, and float32 masters of bfloat16 weights
  readonly activationBytes: number // of one micro-batch, with its logits
  readonly kvCacheBytes: number // what the rollouts can need of kvCacheGiB
  readonly generationBytes: number // beside the cache
  readonly processBytes: number // Node and libtorch; 0 for a GPU's memory
  /** The peak: everything that lasts, plus the larger of training and generation. */
  readonly totalBytes: number
  readonly chosen: Chosen
}

/** The settings that affect memory, all of them set. */
export interface Chosen {
  readonly kvCacheGiB: number
  readonly tokensPerMicroBatch: number
  readonly checkpointing: boolean
}

// of what is free; the rest is for gaps between allocations, and for others
const usableShare = 0.9
// of what lasts: larger micro-batches gain little
const modestShare = 0.12
const mostRows = 16_384
const smallestCacheGiB = 0.25
const largestCacheGiB = 64

/**
 * @param available bytes that are free; null: unknown, which counts as plenty
 */
export function memoryPlan(model: PlannedModel, config: Config, available: number | null): MemoryPlan {
  let parameters = 0
  for (const shape of model.shapes) parameters += shape.reduce((product, size) => product * size, 1)
  const weightsBytes = parameters * (model.dtype === 'bfloat16' ? 2 : 4)
  const referenceBytes = keepsReference(config) ? weightsBytes : 0
  const baseBytes = config.reward.kind === 'frozen-vote' ? weightsBytes : 0
  const gradientBytes = parameters * 4
  const optimizerBytes = parameters * (model.dtype === 'bfloat16' ? 12 : 8)
  const work = workingSet(model, config)
  const lasting = weightsBytes + referenceBytes + baseBytes + gradientBytes + optimizerBytes + processBytes(work)
  const room = available === null ? Number.POSITIVE_INFINITY : available * usableShare - lasting
  const chosen = choose(work, config, { lasting, room })
  const kvCacheBytes = Math.min(kvCacheNeed(work, config), chosen.kvCacheGiB * 2 ** 30)
  const training = activationBytes(work, chosen)
  const generation = generationBytes(work, config)
  return {
    parameters,
    weightsBytes,
    referenceBytes,
    baseBytes,
    gradientBytes,
    optimizerBytes,
    activationBytes: training,
    kvCacheBytes,
    generationBytes: generation,
    processBytes: processBytes(work),
    totalBytes: lasting + Math.max(training, generation + kvCacheBytes),
    chosen,
  }
}

/** Chooses the settings that the config leaves open, from what lasts and the memory left. */
function choose(
  work: WorkingSet,
  config: Config,
  { lasting, room }: { readonly lasting: number; readonly room: number },
): Chosen {
  const { tokensPerMicroBatch: givenRows, checkpointing: given } = config.update
  const longest = config.rollout.maxPromptTokens + config.rollout.maxNewTokens
  const rows = (checkpointing: boolean): number => {
    const one = activationBytes(work, { tokensPerMicroBatch: 1, checkpointing })
    const perRow = (activationBytes(work, { tokensPerMicroBatch: 1025, checkpointing }) - one) / 1024
    const modest = Math.max(work.wantedRows, (lasting * modestShare - one) / perRow)
    return Math.floor(Math.min(modest, mostRows, Math.max(longest, (room - one) / perRow)))
  }
  const fits = activationBytes(work, { tokensPerMicroBatch: givenRows ?? longest, checkpointing: false }) <= room
  const checkpointing = given ?? !fits
  const tokensPerMicroBatch = givenRows ?? Math.max(rows(checkpointing), fewestRows)
  const free = (room - generationBytes(work, config)) / 2 ** 30
  const needed = kvCacheNeed(work, config) / 2 ** 30
  const cache = Math.min(Math.max(Math.min(free, needed), smallestCacheGiB), largestCacheGiB)
  return {
    kvCacheGiB: config.model.kvCacheGiB ?? Math.ceil(cache * 16) / 16,
    tokensPerMicroBatch,
    checkpointing,
  }
}

/** The config with what the plan chose: what a run records, so that it continues the same on another machine. */
export const withChosen = (config: Config, { kvCacheGiB, tokensPerMicroBatch, checkpointing }: Chosen): Config => ({
  ...config,
  model: { ...config.model, kvCacheGiB },
  update: { ...config.update, tokensPerMicroBatch, checkpointing },
})

/** "1.50 GiB", "12.3 MiB". */
export const gib = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(2)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`

/** One line per item. */
export const memoryText = (plan: MemoryPlan): string =>
  [
    `parameters      ${(plan.parameters / 1e6).toFixed(2)} million`,
    `weights         ${gib(plan.weightsBytes)}`,
    `reference       ${gib(plan.referenceBytes)}`,
    ...(plan.baseBytes > 0 ? [`base            ${gib(plan.baseBytes)}, which votes (reward.kind = frozen-vote)`] : []),
    `gradients       ${gib(plan.gradientBytes)}`,
    `optimizer       ${gib(plan.optimizerBytes)}`,
    `activations     ${gib(plan.activationBytes)} while training, ${plan.chosen.tokensPerMicroBatch} tokens per micro-batch` +
      (plan.chosen.checkpointing ? ', layers recomputed in the backward pass' : ''),
    `generation      ${gib(plan.generationBytes)} and a KV cache of ${gib(plan.kvCacheBytes)} while sampling`,
    ...(plan.processBytes > 0 ? [`program         ${gib(plan.processBytes)}`] : []),
    `peak            ${gib(plan.totalBytes)} (training and sampling alternate: only the larger counts)`,
  ].join('\n')
