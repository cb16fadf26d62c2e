import { describe, expect, it } from 'vitest'
import { learningRate, type Schedule, warmupSteps } from '../../../src/rl/schedule.ts'

const base: Schedule = { kind: 'cosine', lr: 2, minLrRatio: 0.1, warmupSteps: 4, totalSteps: 12 }

describe('learningRate', () => {
  it('climbs linearly to the peak in the warm-up', () => {
    expect([1, 2, 3, 4].map((step) => learningRate(base, step))).toEqual([0.5, 1, 1.5, 2])
  })

  it('falls along a half cosine to the floor', () => {
    // lr * (0.1 + 0.9 * 0.5 * (1 + cos(pi * p))) at p = 0, 1/2, 1
    expect(learningRate(base, 5)).toBeCloseTo(2, 12)
    expect(learningRate(base, 9)).toBeCloseTo(1.1, 12)
    expect(learningRate(base, 13)).toBeCloseTo(0.2, 12)
    expect(learningRate(base, 99)).toBeCloseTo(0.2, 12)
  })

  it('falls linearly, or stays', () => {
    const linear = { ...base, kind: 'linear' } as const
    expect(learningRate(linear, 7)).toBeCloseTo(2 * (0.1 + 0.9 * 0.75), 12)
    expect(learningRate(linear, 13)).toBeCloseTo(0.2, 12)
    expect(learningRate({ ...base, kind: 'constant' }, 12)).toBe(2)
  })

  it('needs no warm-up', () => {
    expect(learningRate({ ...base, warmupSteps: 0 }, 1)).toBe(2)
  })

  it('reads a warm-up below 1 as a share, from 1 on as steps', () => {
    expect(warmupSteps(0.03, 2000)).toBe(60)
    expect(warmupSteps(0.03, 10)).toBe(1)
    expect(warmupSteps(0, 10)).toBe(0)
    expect(warmupSteps(3, 10)).toBe(3)
  })
})
