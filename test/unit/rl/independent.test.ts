// Estimators, KL, loss means and the KL controller against numbers of an independent implementation
// (test/fixtures/rl/make-estimators.py, torch in float64).
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { computeAdvantages, type Estimator } from '../../../src/rl/advantage.ts'
import { tokenKl } from '../../../src/rl/kl.ts'
import { nextKlCoef } from '../../../src/rl/kl-controller.ts'
import { lossWeights } from '../../../src/rl/loss-mean.ts'
import { importanceWeights } from '../../../src/rl/mismatch.ts'

interface AdvantageCase {
  readonly rewards: number[][] // [groups][n]
  readonly lengths: number[][]
  readonly kl: number[][] // [groups * n][length]
  readonly klCoef: number
  readonly gamma: number
  readonly rewardClip: [number, number]
  readonly advantages: Record<Estimator, number[][]>
}

const fixture = JSON.parse(readFileSync(new URL('../../fixtures/rl/estimators.json', import.meta.url), 'utf8')) as {
  advantages: AdvantageCase[]
  kl: Record<'policy' | 'reference' | 'k1' | 'k2' | 'k3', number[]>
  loss: {
    lengths: number[]
    maxNewTokens: number
    losses: number[][]
    importance: { training: number[][]; sampling: number[][]; cap: number; weights: number[][] }
  } & Record<'token' | 'sequence' | 'constant', number>
  controller: {
    start: number
    target: number
    horizon: number
    responses: number
    observed: number[]
    coef: number[]
  }[]
}

const gap = (actual: ArrayLike<number>, expected: readonly number[]): number =>
  actual.length === expected.length ? Math.max(...expected.map((x, i) => Math.abs(x - actual[i]!))) : Infinity

describe.each(fixture.advantages.map((data, i) => [i, data] as const))('advantages, case %d', (_, data) => {
  it.each(Object.keys(data.advantages) as Estimator[])('%s', (estimator) => {
    const n = data.rewards[0]!.length
    const groups = data.rewards.map((rewards, g) => ({
      rewards: Float32Array.from(rewards),
      lengths: data.lengths[g]!,
      kl: data.kl.slice(g * n, (g + 1) * n).map((row) => Float32Array.from(row)),
    }))
    const { gamma, klCoef, rewardClip } = data
    const rows = computeAdvantages(groups, { estimator, gamma, klCoef, rewardClip }).flat()
    const expected = data.advantages[estimator]
    expect(rows.length).toBe(expected.length)
    for (const [i, row] of expected.entries()) expect(gap(rows[i]!, row)).toBeLessThan(2e-6)
  })
})

describe('KL', () => {
  it.each(['k1', 'k2', 'k3'] as const)('%s', (estimator) => {
    const [policy, reference] = [Float32Array.from(fixture.kl.policy), Float32Array.from(fixture.kl.reference)]
    const kl = tokenKl(policy, reference, estimator)
    for (const [t, value] of fixture.kl[estimator].entries()) {
      expect(Math.abs(kl[t]! - value)).toBeLessThan(2e-6 * (1 + Math.abs(value)))
    }
  })

  it.each(fixture.controller)('controller over $horizon responses', (data) => {
    let coef = data.start
    for (const [i, observed] of data.observed.entries()) {
      coef = nextKlCoef(coef, observed, data.responses, data)
      expect(coef).toBeCloseTo(data.coef[i]!, 15)
    }
    expect(nextKlCoef(0.1, 9, 256, { target: null, horizon: 1 })).toBe(0.1)
  })
})

describe('loss', () => {
  const { lengths, maxNewTokens, losses, importance } = fixture.loss

  it.each(['token', 'sequence', 'constant'] as const)('mean by %s', (mean) => {
    const { weight, normalizer } = lossWeights(mean, lengths, maxNewTokens)
    const sum = losses.reduce((total, row) => total + row.reduce((a, b) => a + b * weight(row.length), 0), 0)
    expect(sum / normalizer).toBeCloseTo(fixture.loss[mean], 12)
  })

  it('importance weights are truncated ratios', () => {
    for (const [i, row] of importance.training.entries()) {
      const sampling = Float32Array.from(importance.sampling[i]!)
      expect(
        gap(importanceWeights(Float32Array.from(row), sampling, importance.cap), importance.weights[i]!),
      ).toBeLessThan(1e-6)
    }
  })
})
