// Calls and batches that every part of the contract uses.
import type { NativeEngine, OptimizerParams, PolicyLoss, SamplingParams } from '../../src/native/types.ts'
import { packSequences, packTokens, type TokenSequence } from '../../src/rollout/pack.ts'

export interface EngineUnderTest {
  readonly engine: NativeEngine
  readonly vocabSize: number // at least 16
  readonly shapes: ReadonlyMap<string, readonly number[]>
  readonly maxPositions: number // at least 128
}

export interface ContractOptions {
  /** Opens a float32 engine with a reference; every call gives the same weights. */
  readonly open: () => Promise<EngineUnderTest>
  /** Largest difference between two ways of computing one log-probability; default 1e-4. */
  readonly tolerance?: number
}

export const greedy = (n: number, over: Partial<SamplingParams> = {}): SamplingParams => ({
  samplesPerPrompt: 1,
  maxNewTokens: 8,
  temperature: 0,
  topP: 1,
  presencePenalty: 0,
  stopTokens: new Int32Array(0),
  seeds: new Uint32Array(n),
  ...over,
})

export const sampled = (samplesPerPrompt: number, seeds: readonly number[], over: Partial<SamplingParams> = {}) =>
  greedy(seeds.length, { samplesPerPrompt, temperature: 1, seeds: Uint32Array.from(seeds), ...over })

export const adamw = (over: Partial<OptimizerParams> = {}): OptimizerParams => ({
  step: 1,
  lr: 1e-2,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0,
  maxGradNorm: 0,
  ...over,
})

export const prompts = packTokens([Int32Array.of(1, 2, 3), Int32Array.of(4), Int32Array.of(5, 6)])

export const sequences: readonly TokenSequence[] = [
  { tokens: Int32Array.of(1, 2, 3, 4, 5), promptLength: 2 },
  { tokens: Int32Array.of(6, 7), promptLength: 1 },
  { tokens: Int32Array.of(3, 9, 3, 9, 8, 1, 2), promptLength: 3 },
]
export const actionTokens = 3 + 1 + 4

export async function policyLoss(engine: NativeEngine, rows: readonly TokenSequence[], over: Partial<PolicyLoss> = {}) {
  const oldLogprobs = await engine.logprobs(packSequences(rows), 'policy', over.temperature ?? 1)
  return {
    kind: 'policy',
    advantages: new Float32Array(oldLogprobs.length).fill(1),
    oldLogprobs,
    clipLow: 0.2,
    clipHigh: 0.2,
    temperature: 1,
    klCoef: 0,
    klEstimator: 'k3',
    normalizer: oldLogprobs.length,
    ...over,
  } satisfies PolicyLoss
}

export const maxGap = (a: Float32Array | Float64Array, b: Float32Array | Float64Array): number =>
  a.length === b.length ? Math.max(0, ...Array.from(a, (value, i) => Math.abs(value - b[i]!))) : Infinity
