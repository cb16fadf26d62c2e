import type { Dtype } from '../native/types.ts'

export interface MemoryPlan {
  readonly parameters: number
  readonly weightsBytes: number
  readonly referenceBytes: number
  readonly gradientBytes: number // float32
  readonly optimizerBytes: number // both moments, and float32 masters of bfloat16 weights
  readonly kvCacheBytes: number // upper bound
  readonly totalBytes: number // activations come on top
}

/** What a training run holds in memory for good, activations aside. */
export function memoryPlan(model: {
  readonly shapes: Iterable<readonly number[]>
  readonly dtype: Dtype
  readonly reference: boolean
  readonly kvCacheBytes: number
}): MemoryPlan {
  let parameters = 0
  for (const shape of model.shapes) parameters += shape.reduce((product, size) => product * size, 1)
  const weightsBytes = parameters * (model.dtype === 'bfloat16' ? 2 : 4)
  const referenceBytes = model.reference ? weightsBytes : 0
  const gradientBytes = parameters * 4
  const optimizerBytes = parameters * (model.dtype === 'bfloat16' ? 12 : 8)
  const { kvCacheBytes } = model
  const totalBytes = weightsBytes + referenceBytes + gradientBytes + optimizerBytes + kvCacheBytes
  return { parameters, weightsBytes, referenceBytes, gradientBytes, optimizerBytes, kvCacheBytes, totalBytes }
}

/** "1.50 GiB", "12.3 MiB". */
export const gib = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(2)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`

/** A line an item. */
export const memoryText = (plan: MemoryPlan): string =>
  [
    `parameters      ${(plan.parameters / 1e6).toFixed(2)} million`,
    `weights         ${gib(plan.weightsBytes)}`,
    `reference       ${gib(plan.referenceBytes)}`,
    `gradients       ${gib(plan.gradientBytes)}`,
    `optimizer       ${gib(plan.optimizerBytes)}`,
    `KV cache        at most ${gib(plan.kvCacheBytes)}`,
    `together        ${gib(plan.totalBytes)}, and the activations of one micro-batch`,
  ].join('\n')
