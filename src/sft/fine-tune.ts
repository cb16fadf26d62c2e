import { SerlError } from '../errors.ts'
import type { LossStats, NativeEngine, NllLoss } from '../native/types.ts'
import { learningRate, type Schedule } from '../rl/schedule.ts'
import { sumStats } from '../rl/update.ts'
import { concatFloats, microBatches, packSequences } from '../rollout/pack.ts'
import { epochBatches } from './batches.ts'
import type { SftDocument } from './documents.ts'

export interface FineTuneParams {
  readonly schedule: Schedule // its totalSteps is when to stop
  readonly adamw: { beta1: number; beta2: number; eps: number; weightDecay: number; maxGradNorm: number }
  readonly batchSize: number // documents per optimizer step
  readonly tokensPerBatch: number | null // computed at a time; null: the device's default
  readonly seed: number
}

export interface FineTuneStep {
  readonly step: number
  readonly loss: number // nats per learned token, of this step's batch before its update
  readonly gradNorm: number
  readonly learningRate: number
  readonly tokens: number // in the batch, prompts included
}

/**
 * Minimises the negative log-likelihood of the learned tokens, averaged over each batch.
 * @param onStep called after each optimizer step; false stops
 * @throws SerlError INTERNAL after ten non-finite gradients in a row
 */
export async function fineTune(
  engine: NativeEngine,
  documents: readonly SftDocument[],
  params: FineTuneParams,
  onStep: (step: FineTuneStep) => Promise<boolean>,
): Promise<void> {
  let step = 0
  let refused = 0
  for (let epoch = 0; ; epoch++) {
    for (const batch of epochBatches(documents, params.batchSize, { seed: params.seed, epoch })) {
      const { loss } = await accumulateNll(engine, batch, params.tokensPerBatch)
      const lr = learningRate(params.schedule, step + 1)
      const { gradNorm, nonFinite } = await engine.step({ ...params.adamw, step: step + 1, lr })
      if (nonFinite !== null) {
        refused += 1
        if (refused >= 10)
          throw new SerlError(
            'NOT_FINITE',
            `the gradient of ${nonFinite} is not finite, ten times in a row. The training has diverged: lower --lr`,
          )
        continue
      }
      refused = 0
      step += 1
      const tokens = batch.reduce((sum, document) => sum + document.tokens.length, 0)
      const goOn = await onStep({ step, loss, gradNorm, learningRate: lr, tokens })
      if (!goOn || step === params.schedule.totalSteps) return
    }
  }
}

async function accumulateNll(
  engine: NativeEngine,
  batch: readonly SftDocument[],
  tokensPerBatch: number | null,
): Promise<LossStats> {
  const normalizer = batch.reduce((sum, document) => sum + learnedTokens(document), 0)
  const parts: LossStats[] = []
  for (const rows of microBatches(engine.info, batch, tokensPerBatch)) {
    const members = rows.map((i) => batch[i]!)
    parts.push(await engine.accumulate(packSequences(members), nllLoss(members, normalizer)))
  }
  return sumStats(parts)
}

function nllLoss(members: readonly SftDocument[], normalizer: number): NllLoss {
  if (members.every((document) => document.weights === null)) return { kind: 'nll', normalizer }
  return { kind: 'nll', normalizer, weights: concatFloats(members.map(tokenWeights)) }
}

const tokenWeights = (document: SftDocument): Float32Array =>
  document.weights ?? new Float32Array(document.tokens.length - document.promptLength).fill(1)

/** How many of a document's tokens are learned. */
export const learnedTokens = (document: SftDocument): number =>
  document.weights === null
    ? document.tokens.length - document.promptLength
    : document.weights.reduce((sum, weight) => sum + weight, 0)
