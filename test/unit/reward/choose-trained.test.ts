import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/random.ts'
import { chooseTrained } from '../../../src/reward/choose-trained.ts'
import { fakeGroup } from '../../support/fake-group.ts'

const random = () => createRandom(['choose'])
const rewardsOf = (rewards: readonly number[], count: number, how: 'random' | 'variance', seed = 0): number[] => [
  ...chooseTrained(fakeGroup({ rewards }), count, how, createRandom(['choose', seed])).vote.rewards,
]

describe('responses that are trained on', () => {
  it('are all where no more have voted', () => {
    const group = fakeGroup({ rewards: [1, 0, 0] })
    expect(chooseTrained(group, 3, 'variance', random())).toBe(group)
  })

  it('keep their order, their answers and what is known of the whole vote', () => {
    const group = { ...fakeGroup({ rewards: [5, 6, 7, 8] }), right: Float32Array.of(1, 0, 0, 1) }
    const chosen = chooseTrained(group, 2, 'random', random())
    const rows = chosen.responses.map((response) => group.responses.indexOf(response))
    expect(rows).toEqual([...rows].sort())
    expect(chosen.vote.answers).toEqual(rows.map((row) => group.vote.answers[row]))
    expect([...chosen.right!]).toEqual(rows.map((row) => group.right[row]))
    expect(chosen.vote.majorityShare).toBe(group.vote.majorityShare)
  })

  it('are each as likely at random', () => {
    const counts = [0, 0, 0, 0]
    for (let seed = 0; seed < 400; seed++) {
      for (const reward of rewardsOf([0, 1, 2, 3], 2, 'random', seed)) counts[reward]! += 1
    }
    for (const count of counts) expect(Math.abs(count - 200)).toBeLessThan(50)
  })

  // by brute force over all subsets
  it.each([
    [[1, 1, 1, 1, 1, 0, 0, 0], 4],
    [[1, 0, 0, 0, 0, 0, 0, 0], 4],
    [[0.1, 0.9, 0.4, 0.5, 0.6, 0.2], 3],
    [[3, 3, 3, 3], 2],
    [[-2, 5, 1, 1, 0, -7, 4], 5],
  ])('vary most: %j, %d of them', (rewards, count) => {
    const variance = (values: readonly number[]): number => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length
      return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    }
    let most = 0
    for (let mask = 0; mask < 2 ** rewards.length; mask++) {
      const subset = rewards.filter((_, i) => (mask >> i) & 1)
      if (subset.length === count) most = Math.max(most, variance(subset))
    }
    expect(variance(rewardsOf(rewards, count, 'variance'))).toBeCloseTo(most, 6)
  })
})
