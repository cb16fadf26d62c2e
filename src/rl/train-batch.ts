import type { Config } from '../config/schema.ts'
import type { NativeEngine } from '../native/types.ts'
import type { JudgedGroup } from '../rollout/group.ts'
import { joinTokens, type TokenSequence } from '../rollout/pack.ts'
import { computeAdvantages } from './advantage.ts'
import { tokenKl } from './kl.ts'
import { scoreSequences } from './logprobs.ts'
import { importanceWeights, type Mismatch, measureMismatch, wantsImportance } from './mismatch.ts'

/** One completion, ready for the policy loss. */
export interface TrainSequence extends TokenSequence {
  readonly advantages: Float32Array // [A]
  readonly oldLogprobs: Float32Array // [A] of the policy that the ratio is taken against
  readonly referenceLogprobs: Float32Array | null // [A]
  readonly importance: Float32Array | null // [A] multiply each token's loss; null = 1
}

export interface TrainBatch {
  readonly sequences: readonly TrainSequence[]
  readonly klMean: number | null // nats a token, of kl.estimator; null without a reference
  readonly mismatch: Mismatch | null // null where nothing was recomputed
  readonly importanceMean: number | null // of the weights; null where nothing was corrected
}

/**
 * Everything the policy loss needs: log-probabilities of policy and reference, KL, advantages, importance weights.
 *
 * Old log-probabilities are recomputed by the training path (update.oldLogprobs: recompute), so that the first
 * optimizer step's ratio is exactly 1; a group left over from an earlier step keeps those of its sampling, because the
 * policy that drew it is gone.
 * @param at the step, and the KL coefficient as the controller has it
 */
export async function buildTrainBatch(
  engine: NativeEngine,
  groups: readonly JudgedGroup[],
  config: Config,
  at: { readonly step: number; readonly klCoef: number },
): Promise<TrainBatch> {
  const sequences = groups.flatMap((group) => group.completions.map((c) => joinTokens(group.promptTokens, c.tokens)))
  const sampling = groups.flatMap((group) => group.completions.map((c) => c.logprobs))
  const fresh = groups.flatMap((group) => group.completions.map(() => group.step === at.step))
  const recompute = config.update.oldLogprobs === 'recompute'
  const training = recompute ? await scoreFresh(engine, sequences, fresh, config) : sequences.map(() => null)
  const old = sampling.map((logprobs, i) => training[i] ?? logprobs)
  const mismatch = measureMismatch(sampling, training)
  const importance = importanceOf(sampling, training, mismatch, config.update)
  const reference = keepsReference(config) ? await score(engine, sequences, 'reference', config) : null
  const kl = reference && old.map((logprobs, i) => tokenKl(logprobs, reference[i]!, config.kl.estimator))
  const penalty = config.kl.place === 'reward' ? kl : null
  const advantages = groupAdvantages(groups, penalty, config, at.klCoef)
  return {
    sequences: sequences.map((sequence, i) => ({
      ...sequence,
      advantages: advantages[i]!,
      oldLogprobs: old[i]!,
      referenceLogprobs: reference?.[i] ?? null,
      importance: importance?.[i] ?? null,
    })),
    klMean: kl && meanOf(kl),
    mismatch,
    importanceMean: importance && meanOf(importance.filter((row) => row !== null)),
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

const score = (
  engine: NativeEngine,
  sequences: readonly TokenSequence[],
  weights: 'policy' | 'reference',
  config: Config,
): Promise<Float32Array[]> =>
  scoreSequences(engine, sequences, {
    weights,
    temperature: config.rollout.temperature,
    tokensPerBatch: config.update.tokensPerMicroBatch,
  })

async function scoreFresh(
  engine: NativeEngine,
  sequences: readonly TokenSequence[],
  fresh: readonly boolean[],
  config: Config,
): Promise<(Float32Array | null)[]> {
  const rows = sequences.flatMap((_, i) => (fresh[i] ? [i] : []))
  const members = rows.map((i) => sequences[i]!)
  const scored = await score(engine, members, 'policy', config)
  const training: (Float32Array | null)[] = sequences.map(() => null)
  for (const [at, i] of rows.entries()) training[i] = scored[at]!
  return training
}

/** Flat over completions, in the order of the groups. */
function groupAdvantages(
  groups: readonly JudgedGroup[],
  kl: readonly Float32Array[] | null,
  config: Config,
  klCoef: number,
): Float32Array[] {
  let at = 0
  const inputs = groups.map((group) => {
    const first = at
    at += group.completions.length
    return {
      rewards: group.judgement.rewards,
      lengths: group.completions.map((completion) => completion.tokens.length),
      kl: kl === null ? null : kl.slice(first, at),
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
