// Estimators, KL, loss means and the KL controller against what OpenRLHF's own functions and TRL's own trainers compute
// (test/fixtures/rl/run-openrlhf.py, run-trl.py).
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { computeAdvantages, type Estimator } from '../../../src/rl/advantage.ts'
import { tokenKl } from '../../../src/rl/kl.ts'
import { nextKlCoef } from '../../../src/rl/kl-controller.ts'
import { type LossMean, lossWeights } from '../../../src/rl/loss-mean.ts'

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../fixtures/rl/${name}`, import.meta.url), 'utf8')) as T

interface Inputs {
  readonly advantages: {
    readonly rewards: number[][] // [groups][n]
    readonly lengths: number[][]
    readonly kl: number[][] // [groups * n][length]
    readonly klCoef: number
    readonly gamma: number
    readonly rewardClip: [number, number]
  }[]
  readonly kl: Record<'policy' | 'reference', number[]>
  readonly controller: { start: number; target: number; horizon: number; responses: number; observed: number[] }[]
}

interface OpenRlhf {
  readonly advantages: Partial<Record<Estimator, number[][]>>[]
  readonly kl: Record<'k1' | 'k2' | 'k3', number[]>
  readonly loss: Record<'now' | 'old' | 'advantages', number[][]> &
    Record<'clip' | 'token' | 'sequence' | 'microBatchesOfOne', number>
  readonly controller: number[][]
}

interface Trl {
  readonly rewards: number[][]
  readonly maxNewTokens: number
  readonly clip: { readonly low: number; readonly high: number }
  readonly loss: Record<LossMean, { advantages: number[]; now: number[][]; old: number[][]; value: number }>
}
type TrlAdvantages = Record<'rloo' | 'grpo' | 'dr_grpo', { lengths: number[]; advantages: number[] }>

const inputs = read<Inputs>('estimators.json')
const openrlhf = read<OpenRlhf>('openrlhf.json')
const trl = read<Trl & TrlAdvantages>('trl.json')

const gap = (actual: ArrayLike<number>, expected: readonly number[]): number =>
  actual.length === expected.length ? Math.max(...expected.map((x, i) => Math.abs(x - actual[i]!))) : Infinity

/** PPO's clipped loss of each token, summed as lossMean has it. */
function meanLoss(
  mean: LossMean,
  { now, old, advantages }: Record<'now' | 'old' | 'advantages', number[][]>,
  { clip, maxNewTokens }: { clip: { low: number; high: number }; maxNewTokens: number },
): number {
  const lengths = now.map((row) => row.length)
  const { weight, normalizer } = lossWeights(mean, lengths, maxNewTokens)
  const tokenLoss = (i: number, t: number): number => {
    const ratio = Math.exp(now[i]![t]! - old[i]![t]!)
    const clipped = Math.min(1 + clip.high, Math.max(1 - clip.low, ratio))
    return -Math.min(ratio * advantages[i]![t]!, clipped * advantages[i]![t]!)
  }
  const sums = lengths.map((length, i) => now[i]!.reduce((sum, _, t) => sum + weight(length) * tokenLoss(i, t), 0))
  return sums.reduce((a, b) => a + b, 0) / normalizer
}

describe('OpenRLHF', () => {
  const cases = openrlhf.advantages.flatMap((expected, i) =>
    Object.entries(expected).map(([estimator, rows]) => [estimator as Estimator, i, rows] as const),
  )

  it('covers every estimator', () => {
    expect(cases.map(([estimator]) => estimator).sort()).toEqual(
      ['dr_grpo', 'grpo', 'reinforce++', 'reinforce++-baseline', 'rloo'].flatMap((name) =>
        Array(name === 'reinforce++' ? 3 : 2).fill(name),
      ),
    )
  })

  it.each(cases)('%s, case %d', (estimator, i, expected) => {
    const { rewards, lengths, kl, klCoef, gamma, rewardClip } = inputs.advantages[i]!
    const n = rewards[0]!.length
    const groups = rewards.map((row, g) => ({
      rewards: Float32Array.from(row),
      lengths: lengths[g]!,
      kl: kl.slice(g * n, (g + 1) * n).map((values) => Float32Array.from(values)),
    }))
    const rows = computeAdvantages(groups, { estimator, gamma, klCoef, rewardClip }).flat()
    expect(rows.length).toBe(expected.length)
    for (const [at, row] of expected.entries()) expect(gap(rows[at]!, row)).toBeLessThan(2e-6)
  })

  it.each(['k1', 'k2', 'k3'] as const)('KL %s', (estimator) => {
    const [policy, reference] = [Float32Array.from(inputs.kl.policy), Float32Array.from(inputs.kl.reference)]
    const kl = tokenKl(policy, reference, estimator)
    for (const [t, value] of openrlhf.kl[estimator].entries()) {
      expect(Math.abs(kl[t]! - value)).toBeLessThan(2e-6 * (1 + Math.abs(value)))
    }
  })

  it('KL controller', () => {
    for (const [i, data] of inputs.controller.entries()) {
      let coef = data.start
      for (const [t, observed] of data.observed.entries()) {
        coef = nextKlCoef(coef, observed, data.responses, data)
        expect(coef).toBeCloseTo(openrlhf.controller[i]![t]!, 15)
      }
    }
  })

  it('loss, whose mean in micro-batches of one response is the mean by sequence', () => {
    const { clip, token, sequence, microBatchesOfOne } = openrlhf.loss
    const params = { clip: { low: clip, high: clip }, maxNewTokens: 9 }
    expect(meanLoss('token', openrlhf.loss, params)).toBeCloseTo(token, 12)
    expect(meanLoss('sequence', openrlhf.loss, params)).toBeCloseTo(sequence, 12)
    expect(meanLoss('sequence', openrlhf.loss, params)).toBeCloseTo(microBatchesOfOne, 12)
  })
})

describe('TRL', () => {
  const n = trl.rewards[0]!.length
  const ours = (estimator: 'rloo' | 'grpo' | 'dr_grpo'): number[] => {
    const { lengths } = trl[estimator]
    const groups = trl.rewards.map((rewards, g) => ({
      rewards: Float32Array.from(rewards),
      lengths: lengths.slice(g * n, (g + 1) * n),
      kl: null,
    }))
    const params = { estimator, gamma: 1, klCoef: 0, rewardClip: [-10, 10] as const }
    const rows = computeAdvantages(groups, params).flat()
    for (const row of rows) expect(new Set(row).size).toBe(1) // one advantage per response
    return rows.map((row) => row[0]!)
  }

  it('grpo, except for the 1e-4 that it adds to the deviation', () => {
    const scaled = trl.grpo.advantages.map((advantage, i) => {
      const rewards = trl.rewards[Math.floor(i / n)]!
      const mean = rewards.reduce((a, b) => a + b, 0) / n
      const deviation = Math.sqrt(rewards.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (n - 1))
      return (advantage * (deviation + 1e-4)) / deviation
    })
    expect(gap(ours('grpo'), scaled)).toBeLessThan(2e-6)
  })

  it('dr_grpo', () => {
    expect(gap(ours('dr_grpo'), trl.dr_grpo.advantages)).toBeLessThan(2e-6)
  })

  it('rloo, before it is normalised over tokens', () => {
    const { lengths, advantages } = trl.rloo
    const tokens = lengths.reduce((a, b) => a + b, 0)
    const over = (f: (a: number) => number): number =>
      advantages.reduce((s, a, i) => s + lengths[i]! * f(a), 0) / tokens
    const mean = over((a) => a)
    const deviation = Math.sqrt(over((a) => (a - mean) ** 2))
    const normalised = advantages.map((a) => (a - mean) / deviation)
    expect(gap(ours('rloo'), normalised)).toBeLessThan(2e-6)
  })

  it.each(['token', 'sequence', 'constant'] as const)('loss, mean by %s', (mean) => {
    const { now, old, advantages, value } = trl.loss[mean]
    const spread = now.map((row, i) => row.map(() => advantages[i]!))
    const params = { clip: trl.clip, maxNewTokens: trl.maxNewTokens }
    expect(meanLoss(mean, { now, old, advantages: spread }, params)).toBeCloseTo(value, 6)
  })
})
