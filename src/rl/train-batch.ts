import type { Config } from '../config/schema.ts'
import type { NativeEngine } from '../native/types.ts'
import { voteWeight } from '../reward/vote-weight.ts'
import type { RewardedGroup } from '../rollout/group.ts'
import { joinTokens, type TokenSequence } from '../rollout/pack.ts'
import { noTrace, type Trace } from '../trace/trace.ts'
import { computeAdvantages } from './advantage.ts'
import { tokenKl } from './kl.ts'
import { scoreSequences } from './logprobs.ts'
import { importanceWeights, type Mismatch, measureMismatch, wantsImportance } from './mismatch.ts'
import { recomputeOld, scoreParams } from './old-logprobs.ts'
import type { TokenMask } from './token-mask.ts'

/** One response, ready for the policy loss. */
export interface TrainSequence extends TokenSequence {
  readonly advantages: Float32Array // [A]
  readonly oldLogprobs: Float32Array // [A] of the policy that the ratio is taken against
  readonly referenceLogprobs: Float32Array | null // [A]
  readonly importance: Float32Array | null // [A] multiply each token's loss; null = 1
  readonly mask: TokenMask // [A]; a token that is not trained on is left out of the loss
}

export interface TrainBatch {
  readonly sequences: readonly TrainSequence[]
  readonly klMean: number | null // nats per token, masked ones too, of kl.estimator; null without a reference
  readonly mismatch: Mismatch | null // null where nothing was recomputed
  readonly importanceMean: number | null // of the weights; null where nothing was corrected
  readonly voteWeightMean: number | null // over groups; null where they are not weighed
}

/** Position of the batch in the run. */
export interface BatchPlan {
  readonly step: number
  readonly klCoef: number // set by the controller
  readonly minibatches: readonly (readonly number[])[] // of sequences, in the order of updatePolicy
}

/** Everything the policy loss needs: log-probabilities of policy and reference, KL, advantages, importance weights. */
export async function buildTrainBatch(
  engine: NativeEngine,
  groups: readonly RewardedGroup[],
  config: Config,
  plan: BatchPlan,
  trace: Trace = noTrace,
): Promise<TrainBatch> {
  const sequences = groups.flatMap((group) =>
    group.responses.map(({ tokens }) => joinTokens(group.promptTokens, tokens)),
  )
  const sampling = groups.flatMap((group) => group.responses.map(({ logprobs }) => logprobs))
  const fresh = groups.flatMap((group) => group.responses.map(() => group.step === plan.step))
  const params = scoreParams(config)
  const training = await trace.span('old log-probs', () =>
    recomputeOld(engine, { sequences, sampling, fresh, minibatches: plan.minibatches }, config),
  )
  const old = sampling.map((logprobs, i) => training[i] ?? logprobs)
  const mismatch = measureMismatch(sampling, training)
  const importance = importanceOf(sampling, training, mismatch, config.update)
  const reference = keepsReference(config)
    ? await trace.span('reference log-probs', () =>
        scoreSequences(engine, sequences, { ...params, weights: 'reference' }),
      )
    : null
  const kl = reference && old.map((logprobs, i) => tokenKl(logprobs, reference[i]!, config.kl.estimator))
  const penalty = config.kl.place === 'reward' ? kl : null
  const masks = groups.map(tokenMasks)
  const weights = groups.map((group) => voteWeight(group, config.reward))
  const advantages = groupAdvantages(groups, { kl: penalty, masks, weights }, config, plan.klCoef)
  const mask = masks.flat()
  return {
    sequences: sequences.map((sequence, i) => ({
      ...sequence,
      advantages: advantages[i]!,
      oldLogprobs: old[i]!,
      referenceLogprobs: reference?.[i] ?? null,
      importance: importance?.[i] ?? null,
      mask: mask[i]!,
    })),
    klMean: kl && meanOf(kl),
    mismatch,
    importanceMean: importance && meanOf(importance.filter((row) => row !== null)),
    voteWeightMean:
      config.reward.weight === 'none' ? null : weights.reduce((sum, weight) => sum + weight, 0) / weights.length,
  }
}

/** Null: the difference is rounding, or no correction is wanted. */
function importanceOf(
  sampling: readonly Float32Array[],
  training: readonly (Float32Array | null)[],
  mismatch: Mismatch | null,
  update: Config['update'],
): (Float32Array | null)[] | null {
  if (!wantsImportance(update, mismatch)) return null
  return training.map((row, i) => row && importanceWeights(row, sampling[i]!, update.importanceCap))
}

/** Whether the run needs frozen reference weights at all. */
export const keepsReference = (config: Config): boolean => config.kl.coef > 0 || config.kl.monitor

/** [n] of responses that are trained on: those masked as a whole have left the group (reward/unfinished.ts). */
const tokenMasks = ({ responses, masks }: RewardedGroup): TokenMask[] =>
  responses.map((_, i) => {
    const mask = masks?.[i] ?? true
    return typeof mask === 'boolean' ? null : mask
  })

interface Parts {
  readonly kl: readonly Float32Array[] | null // flat over responses
  readonly masks: readonly (readonly TokenMask[])[] // [groups][n]
  readonly weights: readonly number[] // [groups]
}

/** Flat over responses, in the order of the groups. */
function groupAdvantages(
  groups: readonly RewardedGroup[],
  { kl, masks, weights }: Parts,
  config: Config,
  klCoef: number,
): Float32Array[] {
  let at = 0
  const inputs = groups.map((group, g) => {
    const first = at
    at += group.responses.length
    return {
      rewards: group.vote.rewards,
      lengths: group.responses.map((response) => response.tokens.length),
      kl: kl === null ? null : kl.slice(first, at),
      masks: masks[g]!,
      weight: weights[g]!,
    }
  })
  return computeAdvantages(inputs, {
    estimator: config.advantage.estimator,
    gamma: config.advantage.gamma,
    klCoef,
    rewardClip: config.reward.clip,
  }).flat()
}

function meanOf(rows: readonly Float32Array[]): number {
  let sum = 0
  let count = 0
  for (const row of rows) {
    count += row.length
    for (const value of row) sum += value
  }
  return sum / count
}
