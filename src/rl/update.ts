import type { Config } from '../config/schema.ts'
import { SerlError } from '../errors.ts'
import type { LossStats, NativeEngine, PolicyLoss } from '../native/types.ts'
import { concatFloats, microBatches, packSequences, splitFloats } from '../rollout/pack.ts'
import { noTrace, type Trace } from '../trace/trace.ts'
import { type LossWeights, lossWeights } from './loss-mean.ts'
import { learningRate, type Schedule, warmupSteps } from './schedule.ts'
import { bySequenceRatio } from './sequence-ratio.ts'
import { trainedCount } from './token-mask.ts'
import type { TrainSequence } from './train-batch.ts'

/** Every optimizer step of an update was skipped: weights and moments are unchanged. */
export class NoFiniteGradient extends SerlError {
  constructor(tensor: string) {
    super(
      'NOT_FINITE',
      `no optimizer step could be taken: the gradient of ${tensor} is not finite. The training has diverged: continue with a lower optimizer.lr, or from an earlier checkpoint`,
    )
    this.name = 'NoFiniteGradient'
  }
}

/** What the optimizer steps that a training step took did; means are over them unless said otherwise. */
export interface UpdateStats {
  readonly loss: number
  readonly gradNorm: number // before clipping
  readonly clipFraction: number // of action tokens, masked ones too
  readonly entropyMean: number // nats per token, masked ones too
  readonly ratioMax: number
  readonly learningRate: number // of the last optimizer step
  readonly tokensTrained: number // action tokens that are not masked, once per epoch; of the steps taken
  readonly optimizerSteps: number // taken
  readonly skipped: readonly string[] // one tensor name per optimizer step skipped because of a non-finite gradient
}

/** Optimizer steps of a training step that has all its responses. */
const optimizerSteps = ({ rollout, update }: Config): number =>
  update.epochs * Math.ceil((rollout.promptsPerStep * rollout.samplesPerPrompt) / update.sequencesPerStep)

/** The learning-rate schedule of one iteration: as many full steps as its budget of steps and questions allows. */
export function iterationSchedule(config: Config): Schedule {
  const { optimizer, rollout, train } = config
  const budget = train.instructions > 0 ? Math.ceil(train.instructions / rollout.promptsPerStep) : Infinity
  const totalSteps = Math.min(train.steps, budget) * optimizerSteps(config)
  return {
    kind: optimizer.schedule,
    lr: optimizer.lr,
    minLrRatio: optimizer.minLrRatio,
    warmupSteps: warmupSteps(optimizer.warmup, totalSteps),
    totalSteps,
  }
}

/** Position of an update in the run. */
export interface UpdateProgress {
  readonly optimizerStep: number // optimizer steps taken before, in the whole run: AdamW's bias correction
  readonly trainingStep: number // training steps done before in this iteration: the learning rate
  readonly klCoef: number
  readonly minibatches: readonly (readonly number[])[] // [optimizer steps] indices of sequences
  readonly onStep?: (done: number, total: number) => void // optimizer steps of this call
}

/**
 * PPO's clipped update over the batch, one optimizer step per minibatch (minibatches.ts).
 * The token losses of an optimizer step are averaged as update.lossMean says, however it is split into micro-batches.
 * @throws NoFiniteGradient when every optimizer step had one that is not finite
 */
export async function updatePolicy(
  engine: NativeEngine,
  sequences: readonly TrainSequence[],
  config: Config,
  progress: UpdateProgress,
  trace: Trace = noTrace,
): Promise<UpdateStats> {
  const schedule = iterationSchedule(config)
  const stats: LossStats[] = []
  const norms: number[] = []
  const skipped: string[] = []
  let [lr, tokensTrained] = [0, 0]
  const perStep = optimizerSteps(config)
  for (const [done, rows] of progress.minibatches.entries()) {
    const minibatch = rows.map((i) => sequences[i]!)
    const losses = await trace.span('accumulate', () => accumulateMinibatch(engine, minibatch, config, progress.klCoef))
    const step = progress.optimizerStep + norms.length + 1 // a skipped step does not count: AdamW's bias correction
    lr = learningRate(schedule, perStep * (progress.trainingStep + (done + 1) / progress.minibatches.length))
    const optimizer = { ...adamw(config), step, lr }
    const { gradNorm, nonFinite } = await trace.span('optimizer step', () => engine.step(optimizer))
    progress.onStep?.(done + 1, progress.minibatches.length)
    if (nonFinite !== null) {
      skipped.push(nonFinite) // its loss is meaningless, and often NaN
      continue
    }
    stats.push(losses)
    norms.push(gradNorm)
    tokensTrained += tokensOf(minibatch).reduce((sum, tokens) => sum + tokens, 0)
  }
  if (norms.length === 0) throw new NoFiniteGradient(skipped[0]!)
  return { ...summarise(stats, norms), learningRate: lr, tokensTrained, skipped }
}

const adamw = (config: Config) => {
  const { beta1, beta2, eps, weightDecay, maxGradNorm } = config.optimizer
  return { beta1, beta2, eps, weightDecay, maxGradNorm }
}

/** [sequences] tokens that are trained on. */
const tokensOf = (sequences: readonly TrainSequence[]): number[] =>
  sequences.map(({ advantages, mask }) => trainedCount(mask, advantages.length))

/** Gradients of one optimizer step, in micro-batches of at most `tokensPerMicroBatch` tokens. */
async function accumulateMinibatch(
  engine: NativeEngine,
  minibatch: readonly TrainSequence[],
  config: Config,
  klCoef: number,
): Promise<LossStats> {
  const mean = lossWeights(config.update.lossMean, tokensOf(minibatch), config.rollout.maxNewTokens)
  const parts: LossStats[] = []
  for (const rows of microBatches(engine.info, minibatch, config.update.tokensPerMicroBatch)) {
    const members = rows.map((i) => minibatch[i]!)
    parts.push(await accumulateMembers(engine, members, config, (of) => policyLoss(of, config, klCoef, mean)))
  }
  return sumStats(parts)
}

/** With update.ratio sequence, what is known of the responses' ratios takes the place of the tokens'. */
async function accumulateMembers(
  engine: NativeEngine,
  members: readonly TrainSequence[],
  config: Config,
  lossOf: (members: readonly TrainSequence[]) => PolicyLoss,
): Promise<LossStats> {
  const batch = packSequences(members)
  if (config.update.ratio === 'token') return engine.accumulate(batch, lossOf(members))
  const current = splitFloats(
    await engine.logprobs(batch, 'policy', config.rollout.temperature),
    members.map(({ advantages }) => advantages.length),
  )
  const { sequences, clippedTokens, ratioMax } = bySequenceRatio(members, current, config.update)
  return { ...(await engine.accumulate(batch, lossOf(sequences))), clippedTokens, ratioMax }
}

function policyLoss(members: readonly TrainSequence[], config: Config, klCoef: number, mean: LossWeights): PolicyLoss {
  const inLoss = config.kl.place === 'loss' ? klCoef : 0
  const reference = inLoss > 0 ? { referenceLogprobs: concatFloats(members.map((m) => m.referenceLogprobs!)) } : {}
  return {
    kind: 'policy',
    surrogate: config.update.surrogate,
    advantages: concatFloats(members.map((member) => member.advantages)),
    oldLogprobs: concatFloats(members.map((member) => member.oldLogprobs)),
    ...reference,
    ...tokenWeights(members, mean),
    clipLow: config.update.clipLow,
    clipHigh: config.update.clipHigh,
    temperature: config.rollout.temperature,
    klCoef: inLoss,
    klEstimator: config.kl.estimator,
    klByRatio: config.kl.byRatio,
    entropyCoef: config.update.entropyCoef,
    normalizer: mean.normalizer,
  }
}

/** 0 for a masked token: its loss, its KL term and its entropy bonus. Nothing where every token weighs 1. */
function tokenWeights(members: readonly TrainSequence[], mean: LossWeights): { weights?: Float32Array } {
  const rows = members.map(({ advantages, importance, mask }) => {
    const weight = mean.weight(trainedCount(mask, advantages.length))
    return advantages.map((_, t) => (mask?.[t] === 0 ? 0 : weight * (importance?.[t] ?? 1)))
  })
  return rows.every((row) => row.every((weight) => weight === 1)) ? {} : { weights: concatFloats(rows) }
}

/** Micro-batches of one loss: everything adds up but the largest ratio. */
export function sumStats(parts: readonly LossStats[]): LossStats {
  const total = (pick: (stats: LossStats) => number): number => parts.reduce((sum, part) => sum + pick(part), 0)
  return {
    tokens: total((part) => part.tokens),
    loss: total((part) => part.loss),
    klSum: total((part) => part.klSum),
    clippedTokens: total((part) => part.clippedTokens),
    entropySum: total((part) => part.entropySum),
    ratioMax: Math.max(...parts.map((part) => part.ratioMax)),
  }
}

function summarise(stats: LossStats[], norms: number[]) {
  const sum = sumStats(stats)
  return {
    loss: sum.loss / stats.length,
    gradNorm: norms.reduce((a, b) => a + b, 0) / norms.length,
    clipFraction: sum.clippedTokens / sum.tokens,
    entropyMean: sum.entropySum / sum.tokens,
    ratioMax: sum.ratioMax,
    optimizerSteps: norms.length,
  }
}
