import type { NativeEngine, OptimizerParams } from '../native/types.ts'
import { createRandom, type Random } from '../random.ts'
import { learningRate, type Schedule, warmupSteps } from '../rl/schedule.ts'
import { byTokenBudget, concatFloats, packSequences } from '../rollout/pack.ts'
import type { Example } from './examples.ts'

export interface SftConfig {
  readonly epochs: number
  readonly batchSize: number // documents an optimizer step
  readonly microBatchTokens: number // tokens that go through the model together
  readonly lr: number
  readonly schedule: Schedule['kind']
  readonly minLrRatio: number
  readonly warmup: number // below 1 a share of the optimizer steps, else their number
  readonly beta1: number
  readonly beta2: number
  readonly eps: number
  readonly weightDecay: number
  readonly maxGradNorm: number
  readonly seed: number
}

export interface SftStep {
  readonly step: number // 1 for the first
  readonly steps: number // of the whole run
  readonly loss: number // nats a trained token
  readonly gradNorm: number
  readonly learningRate: number
  readonly tokens: number // that went through the model
  readonly seconds: number
  readonly skipped: string | null // tensor whose gradient was not finite
}

/**
 * Supervised training on documents: AdamW on the mean negative log-likelihood of the trained tokens of a batch.
 * Same documents, config and machine: same weights.
 */
export async function trainSupervised(
  engine: NativeEngine,
  examples: readonly Example[],
  config: SftConfig,
  hooks: { readonly onStep: (step: SftStep) => void; readonly signal?: AbortSignal },
): Promise<void> {
  const steps = config.epochs * Math.ceil(examples.length / config.batchSize)
  const warmup = warmupSteps(config.warmup, steps)
  const schedule: Schedule = { ...config, kind: config.schedule, warmupSteps: warmup, totalSteps: steps }
  let step = 0
  for (let epoch = 0; epoch < config.epochs; epoch++) {
    for (const batch of batchesByLength(examples, config.batchSize, createRandom([config.seed, 'sft', epoch]))) {
      if (hooks.signal?.aborted) return
      const began = performance.now()
      step += 1
      const loss = await accumulateBatch(engine, batch, config.microBatchTokens)
      const lr = learningRate(schedule, step)
      const { gradNorm, nonFinite } = await engine.step({ ...adamw(config), step, lr })
      const tokens = batch.reduce((sum, example) => sum + example.tokens.length, 0)
      const seconds = (performance.now() - began) / 1000
      hooks.onStep({ step, steps, loss, gradNorm, learningRate: lr, tokens, seconds, skipped: nonFinite })
    }
  }
}

const adamw = ({ beta1, beta2, eps, weightDecay, maxGradNorm }: SftConfig): Omit<OptimizerParams, 'step' | 'lr'> => ({
  beta1,
  beta2,
  eps,
  weightDecay,
  maxGradNorm,
})

/** @returns mean loss of the batch's trained tokens. */
async function accumulateBatch(engine: NativeEngine, batch: readonly Example[], budget: number): Promise<number> {
  const normalizer = batch.reduce((sum, example) => sum + example.trained, 0)
  let loss = 0
  for (const indices of byTokenBudget(
    batch.map((example) => example.tokens.length),
    budget,
  )) {
    const part = indices.map((i) => batch[i]!)
    const sequences = packSequences(part.map(({ tokens }) => ({ tokens, promptLength: 1 })))
    const weights = concatFloats(part.map((example) => example.weights)) // [A]
    loss += (await engine.accumulate(sequences, { kind: 'nll', weights, normalizer })).loss
  }
  return loss
}

/**
 * Every document once, in random batches of like length: shuffled, then sorted inside windows of 16 batches, so that a
 * batch is a fair draw and its rows still need little padding.
 */
function* batchesByLength(examples: readonly Example[], batchSize: number, random: Random): Generator<Example[]> {
  const shuffled = random.shuffle(examples)
  const window = 16 * batchSize
  for (let at = 0; at < shuffled.length; at += window) {
    const sorted = shuffled.slice(at, at + window).sort((a, b) => a.tokens.length - b.tokens.length)
    const batches: Example[][] = []
    for (let i = 0; i < sorted.length; i += batchSize) batches.push(sorted.slice(i, i + batchSize))
    yield* random.shuffle(batches)
  }
}
