import { describe, expect, it } from 'vitest'
import { difficultyOf } from '../../../src/reward/difficulty.ts'

const rewards = (ones: number, n: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => (i < ones ? 1 : 0))

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
    expect(difficultyOf(rewards(ones, 10), { low: 0.2, high: 0.8 })).toBe(verdict)
  })

  it('includes the ends of the band, compared in float32', () => {
    const at = (reward: number) => difficultyOf(new Float32Array(5).fill(reward), { low: 0.2, high: 0.8 })
    expect([0.8, 0.2, 0.80001, 0.19999].map(at)).toEqual(['kept', 'kept', 'too-easy', 'too-hard'])
    expect(difficultyOf(new Float32Array(3).fill(0.7), { low: 0.7, high: 1 })).toBe('kept') // 0.699999988
  })

  it('keeps everything in the band 0 to 1', () => {
    for (const ones of [0, 3, 8]) expect(difficultyOf(rewards(ones, 8), { low: 0, high: 1 })).toBe('kept')
  })
})
