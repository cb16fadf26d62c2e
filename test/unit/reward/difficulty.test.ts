import { describe, expect, it } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { difficultyOf } from '../../../src/reward/difficulty.ts'
import { fakeGroup } from '../../support/fake-group.ts'

const band = (low: number, high: number) => configSchema.parse({ difficulty: { low, high } })
const rewards = (ones: number, n: number): number[] => Array.from({ length: n }, (_, i) => (i < ones ? 1 : 0))

describe('difficultyOf', () => {
  it.each([
    [0, 'too-hard'],
    [1, 'too-hard'],
    [2, 'kept'],
    [5, 'kept'],
    [8, 'kept'],
    [9, 'too-easy'],
    [10, 'too-easy'],
  ] as const)('%d of 10 agree: %s', (ones, verdict) => {
    expect(difficultyOf(fakeGroup({ rewards: rewards(ones, 10) }), band(0.2, 0.8))).toBe(verdict)
  })

  it('includes the ends of the band, compared in float32', () => {
    const at = (reward: number) => difficultyOf(fakeGroup({ rewards: Array(5).fill(reward) }), band(0.2, 0.8))
    expect([0.8, 0.2, 0.80001, 0.19999].map(at)).toEqual(['kept', 'kept', 'too-easy', 'too-hard'])
    expect(difficultyOf(fakeGroup({ rewards: Array(3).fill(0.7) }), band(0.7, 1))).toBe('kept') // 0.699999988
  })

  it('keeps everything in the band 0 to 1', () => {
    for (const ones of [0, 3, 8]) {
      expect(difficultyOf(fakeGroup({ rewards: rewards(ones, 8) }), band(0, 1))).toBe('kept')
    }
  })

  const lastEight = [8, 9, 10, 11, 12, 13, 14, 15]

  it('is judged over the responses that may vote: one answer and a token limit are not a disagreement', () => {
    const group = fakeGroup({ rewards: rewards(8, 16), cutOff: lastEight })
    expect(difficultyOf(group, band(0.2, 0.8))).toBe('too-easy')
    const config = configSchema.parse({ reward: { unfinishedVotes: true } })
    expect(difficultyOf(group, config)).toBe('kept')
  })

  it('is not judged with fewer voters than half, or than difficulty.minVoters', () => {
    const group = fakeGroup({ rewards: rewards(4, 16), cutOff: [15, ...lastEight.slice(0, -1), 7] })
    expect(difficultyOf(group, configSchema.parse({}))).toBe('unfinished')
    expect(difficultyOf(group, configSchema.parse({ difficulty: { minVoters: 7 } }))).toBe('kept')
    const none = fakeGroup({ rewards: [0, 0], cutOff: [0, 1] })
    expect(difficultyOf(none, configSchema.parse({ difficulty: { minVoters: 1 } }))).toBe('unfinished')
  })
})
