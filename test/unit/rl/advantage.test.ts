import { describe, expect, it } from 'vitest'
import { type AdvantageParams, computeAdvantages, type GroupRewards } from '../../../src/rl/advantage.ts'

const params: AdvantageParams = { estimator: 'reinforce++', gamma: 1, klCoef: 0, rewardClip: [-10, 10] }

const group = (rewards: number[], lengths: number[], kl: number[][] | null = null): GroupRewards => ({
  rewards: Float32Array.from(rewards),
  lengths,
  kl: kl === null ? null : kl.map((row) => Float32Array.from(row)),
})

const close = (rows: Float32Array[][], expected: number[][][]): void => {
  for (const [g, groupRows] of expected.entries()) {
    for (const [i, row] of groupRows.entries()) {
      expect(rows[g]![i]!.length).toBe(row.length)
      for (const [t, value] of row.entries()) expect(rows[g]![i]![t]).toBeCloseTo(value, 5)
    }
  }
}

describe('reinforce++', () => {
  it('normalises over all action tokens, long rows counting more', () => {
    // tokens: 1, 1, 1, 0 -> mean 0.75, biased variance 0.1875
    const scale = 1 / Math.sqrt(0.1875)
    close(computeAdvantages([group([1, 0], [3, 1])], params), [
      [[0.25, 0.25, 0.25].map((x) => x * scale), [-0.75 * scale]],
    ])
  })

  it('subtracts KL token by token, and sums future rewards', () => {
    const kl = [
      [1, 2],
      [0, 4],
    ]
    // token rewards: [-0.1, -0.2 + 1], [0, -0.4] -> returns [0.7, 0.8], [-0.4, -0.4]; mean 0.175
    const returns = [0.7, 0.8, -0.4, -0.4]
    const variance = returns.reduce((sum, x) => sum + (x - 0.175) ** 2, 0) / 4
    const expected = returns.map((x) => (x - 0.175) / Math.sqrt(variance))
    close(computeAdvantages([group([1, 0], [2, 2], kl)], { ...params, klCoef: 0.1 }), [
      [expected.slice(0, 2), expected.slice(2)],
    ])
  })

  it('discounts by gamma', () => {
    // returns 0.25, 0.5, 1 and 0
    const returns = [0.25, 0.5, 1, 0]
    const mean = 1.75 / 4
    const std = Math.sqrt(returns.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 4)
    const expected = returns.map((x) => (x - mean) / std)
    close(computeAdvantages([group([1, 0], [3, 1])], { ...params, gamma: 0.5 }), [
      [expected.slice(0, 3), expected.slice(3)],
    ])
  })

  it('gives zeros if all rewards are equal', () => {
    close(computeAdvantages([group([1, 1], [2, 1])], params), [[[0, 0], [0]]])
  })

  it('normalises across groups, not within', () => {
    // one token each: 1 1 | 1 0 -> mean 0.75
    const scale = 1 / Math.sqrt(0.1875)
    close(computeAdvantages([group([1, 1], [1, 1]), group([1, 0], [1, 1])], params), [
      [[0.25 * scale], [0.25 * scale]],
      [[0.25 * scale], [-0.75 * scale]],
    ])
  })

  it('clips rewards', () => {
    const wide = computeAdvantages([group([100, 0], [1, 1])], { ...params, estimator: 'grpo' })
    const clipped = computeAdvantages([group([100, 0], [1, 1])], {
      ...params,
      rewardClip: [-0.5, 0.5],
      estimator: 'grpo',
    })
    expect(wide[0]![0]![0]).toBeCloseTo(Math.SQRT1_2, 5)
    expect(clipped[0]![0]![0]).toBe(0.5)
  })
})

describe('other estimators', () => {
  it('reinforce++-baseline subtracts the group mean', () => {
    // shaped: 2/3 -1/3 -1/3 | 0 0 0; global mean 0, variance (4/9 + 1/9 + 1/9) / 6 = 1/9
    const groups = [group([1, 0, 0], [1, 1, 1]), group([1, 1, 1], [1, 1, 1])]
    close(computeAdvantages(groups, { ...params, estimator: 'reinforce++-baseline' }), [
      [[2], [-1], [-1]],
      [[0], [0], [0]],
    ])
  })

  it('rloo subtracts the mean of the others', () => {
    // shaped: 1 - 0, 0 - 1/2, 0 - 1/2; variance (1 + 1/4 + 1/4) / 3 = 1/2
    close(computeAdvantages([group([1, 0, 0], [1, 1, 1])], { ...params, estimator: 'rloo' }), [
      [[Math.SQRT2], [-Math.SQRT1_2], [-Math.SQRT1_2]],
    ])
  })

  it('grpo standardises within the group by n - 1, and leaves it there', () => {
    // rewards 1 0 0 0: mean 1/4, std sqrt((9/16 + 3/16) / 3) = 1/2
    close(computeAdvantages([group([1, 0, 0, 0], [2, 1, 1, 1])], { ...params, estimator: 'grpo' }), [
      [[1.5, 1.5], [-0.5], [-0.5], [-0.5]],
    ])
  })
})

describe('the weight of a group', () => {
  it('multiplies its advantages after normalisation: baseline and deviation are those without weights', () => {
    // one token each: 1 1 | 1 0 -> mean 0.75, biased variance 0.1875
    const scale = 1 / Math.sqrt(0.1875)
    const groups = [
      { ...group([1, 1], [1, 1]), weight: 0.5 },
      { ...group([1, 0], [1, 1]), weight: 0 },
      { ...group([1, 0], [1, 1]), weight: 1 },
    ]
    const plain = [group([1, 1], [1, 1]), group([1, 0], [1, 1]), group([1, 0], [1, 1])]
    // 1 1 | 1 0 | 1 0: mean 2/3, biased variance 2/9
    const third = 1 / Math.sqrt(2 / 9) / 3
    close(computeAdvantages(plain, params), [
      [[third], [third]],
      [[third], [-2 * third]],
      [[third], [-2 * third]],
    ])
    close(computeAdvantages(groups, params), [
      [[third / 2], [third / 2]],
      [[0], [0]],
      [[third], [-2 * third]],
    ])
    close(computeAdvantages([{ ...group([1, 1], [1, 1]), weight: 0.5 }, group([1, 0], [1, 1])], params), [
      [[0.125 * scale], [0.125 * scale]],
      [[0.25 * scale], [-0.75 * scale]],
    ])
  })

  it('is not cancelled by an estimator that divides by the deviation', () => {
    // rewards 1 0 0 0: mean 1/4, std 1/2
    close(
      computeAdvantages([{ ...group([1, 0, 0, 0], [2, 1, 1, 1]), weight: 0.25 }], { ...params, estimator: 'grpo' }),
      [[[0.375, 0.375], [-0.125], [-0.125], [-0.125]]],
    )
  })
})
