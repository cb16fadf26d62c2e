// From rewards to one advantage per token.
//
// Every estimator first turns the n rewards of a group into n shaped rewards, then all share one pipeline: the KL
// penalty is subtracted token by token, the shaped reward is added at the last token, discounted returns-to-go are the
// advantages, and where the estimator says `normalise` they are normalised over all action tokens of the batch. The batch
// is the kept groups: the reference implementation normalises before the difficulty band, so questions outside it leave
// their statistics behind; here they do not.
//
// A masked token was sampled like any other: its KL penalty, the reward at the last token and the discount count in the
// returns of the tokens before it. It is left out of the mean and the variance of the normalisation, and later of the loss.
//
// Last, the advantages of a group are multiplied by its weight. Every surrogate here is linear in the advantage for a
// factor that is not negative, the clip included, so this weighs the group's part of the loss. Weighing its rewards would
// not: an estimator that divides by their deviation would cancel the weight, and one without a group's baseline would move
// that of the others.

import type { TokenMask } from './token-mask.ts'

export interface AdvantageParams {
  readonly estimator: Estimator
  readonly gamma: number // discount per token
  readonly klCoef: number // KL penalty in the reward; 0 = none
  readonly rewardClip: readonly [low: number, high: number] // of the shaped reward
}

/** A group's rewards, each response's per-token KL (null: no penalty), and which of its tokens are trained on. */
export interface GroupRewards {
  readonly rewards: Float32Array // [n]
  readonly lengths: readonly number[] // [n] action tokens
  readonly kl: readonly Float32Array[] | null // [n] of [lengths[i]], nats
  readonly masks?: readonly TokenMask[] // [n]; default: every token is trained on
  readonly weight?: number // of the group in the loss, at least 0; default 1
}

interface EstimatorSpec {
  /** [n] rewards of a group -> [n] shaped. */
  readonly shape: (rewards: Float32Array) => Float32Array
  readonly normalise: boolean
}

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Hu et al., REINFORCE++ (arXiv 2501.03262): the reward unchanged; the batch is the baseline. */
const plain = (rewards: Float32Array): Float32Array => rewards

/** The same paper's variant for grouped samples, and Dr. GRPO's: r_i - mean(r). */
const groupBaseline = (rewards: Float32Array): Float32Array => {
  const centre = mean(rewards)
  return rewards.map((reward) => reward - centre)
}

/** Ahmadian et al. 2024 (arXiv 2402.14740): r_i - mean of the others. A single sample has no baseline. */
const leaveOneOut = (rewards: Float32Array): Float32Array => {
  if (rewards.length === 1) return rewards
  const sum = mean(rewards) * rewards.length
  return rewards.map((reward) => reward - (sum - reward) / (rewards.length - 1))
}

/** Shao et al. 2024 (arXiv 2402.03300): (r_i - mean) / (std + 1e-9), the sample's standard deviation (n - 1). */
const standardise = (rewards: Float32Array): Float32Array => {
  const centre = mean(rewards)
  const squares = rewards.reduce((sum, reward) => sum + (reward - centre) ** 2, 0)
  const std = Math.sqrt(squares / Math.max(1, rewards.length - 1))
  return rewards.map((reward) => (reward - centre) / (std + 1e-9))
}

const estimators = {
  'reinforce++': { shape: plain, normalise: true },
  'reinforce++-baseline': { shape: groupBaseline, normalise: true },
  rloo: { shape: leaveOneOut, normalise: true },
  grpo: { shape: standardise, normalise: false },
  // Liu et al. 2025 (arXiv 2503.20783): no division by the deviation; goes with update.lossMean constant
  dr_grpo: { shape: groupBaseline, normalise: false },
} satisfies Record<string, EstimatorSpec>

export type Estimator = keyof typeof estimators
export const estimatorNames = Object.keys(estimators) as Estimator[]

/**
 * Advantages of a whole training batch.
 * @returns per group, per response: [lengths[i]] advantages
 */
export function computeAdvantages(groups: readonly GroupRewards[], params: AdvantageParams): Float32Array[][] {
  const { shape, normalise } = estimators[params.estimator]
  const advantages = groups.map((group) => {
    const shaped = shape(group.rewards)
    return group.lengths.map((length, i) => {
      const reward = Math.min(params.rewardClip[1], Math.max(params.rewardClip[0], shaped[i]!))
      return returnsToGo(tokenRewards(reward, length, group.kl?.[i] ?? null, params.klCoef), params.gamma)
    })
  })
  if (normalise) {
    const masks = groups.flatMap((group) => group.masks ?? group.lengths.map(() => null))
    normaliseTokens(advantages.flat(), masks)
  }
  for (const [g, { weight = 1 }] of groups.entries()) weigh(advantages[g]!, weight)
  return advantages
}

/** r_t = -klCoef * kl_t, plus the sequence's reward at the last token. [length], float64. */
function tokenRewards(reward: number, length: number, kl: Float32Array | null, klCoef: number): Float64Array {
  const rewards = new Float64Array(length)
  if (kl !== null) for (let t = 0; t < length; t++) rewards[t] = -klCoef * kl[t]!
  if (length > 0) rewards[length - 1]! += reward
  return rewards
}

/** R_t = r_t + gamma * R_{t+1}. */
function returnsToGo(rewards: Float64Array, gamma: number): Float32Array {
  const returns = new Float32Array(rewards.length)
  let running = 0
  for (let t = rewards.length - 1; t >= 0; t--) {
    running = rewards[t]! + gamma * running
    returns[t] = running
  }
  return returns
}

/**
 * In place: mean 0, variance 1 over every token of every row that is trained on. Biased variance, floored at 1e-8, as
 * OpenRLHF's replay buffer does it; a batch of equal values becomes zeros.
 */
function normaliseTokens(rows: readonly Float32Array[], masks: readonly TokenMask[]): void {
  const total = (pick: (value: number) => number): number => {
    let sum = 0
    for (const [i, row] of rows.entries()) {
      for (const [t, value] of row.entries()) if (masks[i]?.[t] !== 0) sum += pick(value)
    }
    return sum
  }
  const count = total(() => 1)
  const centre = total((value) => value) / count
  const squares = total((value) => (value - centre) ** 2)
  const scale = 1 / Math.sqrt(Math.max(squares / count, 1e-8))
  for (const row of rows) for (let t = 0; t < row.length; t++) row[t] = (row[t]! - centre) * scale
}

/** In place. */
function weigh(rows: readonly Float32Array[], weight: number): void {
  if (weight === 1) return
  for (const row of rows) for (let t = 0; t < row.length; t++) row[t]! *= weight
}
