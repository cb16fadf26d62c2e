import { describe, expect, it } from 'vitest'
import {
  bootstrapInterval,
  estimateAccuracy,
  type Interval,
  wilsonInterval,
} from '../../../../src/eval/statistics/intervals.ts'
import { createRandom } from '../../../../src/random.ts'

type Random = ReturnType<typeof createRandom>

const covers = ([low, high]: Interval, truth: number): boolean => low <= truth && truth <= high

describe('wilsonInterval', () => {
  it.each([
    // Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i', (successes, n, low, high) => {
    const interval = wilsonInterval(successes, n)
    expect(interval[0]).toBeCloseTo(low, 4)
    expect(interval[1]).toBeCloseTo(high, 4)
  })

  it('contains the true share in about 95 of 100 evaluations', () => {
    const random = createRandom(['wilson coverage'])
    for (const [truth, n] of [
      [0.05, 100],
      [0.3, 60],
      [0.9, 200],
    ] as const) {
      let held = 0
      for (let i = 0; i < 4000; i += 1) {
        let right = 0
        for (let j = 0; j < n; j += 1) right += Number(random.float() < truth)
        held += Number(covers(wilsonInterval(right, n), truth))
      }
      expect(held / 4000).toBeGreaterThan(0.93)
      expect(held / 4000).toBeLessThan(0.98)
    }
  })
})

describe('bootstrapInterval', () => {
  // half of the questions are answered 19 times of 20, half one time of 20
  const evaluation = (random: Random, questions: number, samples: number): number[] =>
    Array.from({ length: questions }, () => {
      const chance = random.float() < 0.5 ? 0.95 : 0.05
      let right = 0
      for (let i = 0; i < samples; i += 1) right += Number(random.float() < chance)
      return right / samples
    })

  it('contains the true mean in about 95 of 100, unlike treating samples as independent', () => {
    const random = createRandom(['bootstrap coverage'])
    const [repeats, questions, samples] = [500, 80, 8]
    let held = 0
    let heldNaively = 0
    for (let i = 0; i < repeats; i += 1) {
      const shares = evaluation(random, questions, samples)
      held += Number(covers(bootstrapInterval([shares], { rounds: 300, key: ['coverage', i] }), 0.5))
      const right = Math.round(samples * shares.reduce((sum, share) => sum + share, 0))
      heldNaively += Number(covers(wilsonInterval(right, questions * samples), 0.5))
    }
    expect(held / repeats).toBeGreaterThan(0.92)
    expect(held / repeats).toBeLessThan(0.98)
    expect(heldNaively / repeats).toBeLessThan(0.7)
  })

  it('is the same each time, and has the width of the standard error', () => {
    const shares = Array.from({ length: 400 }, (_, i) => (i % 4) / 3) // mean 1/2, variance 5/36
    const [low, high] = bootstrapInterval([shares])
    expect(bootstrapInterval([shares])).toEqual([low, high])
    expect((high - low) / 2).toBeCloseTo(1.96 * Math.sqrt(5 / 36 / 400), 2)
  })
})

describe('estimateAccuracy', () => {
  it('takes Wilson for one sample per question, the bootstrap for shares', () => {
    expect(estimateAccuracy([1, 0, 0, 1])).toEqual({ mean: 0.5, interval: wilsonInterval(2, 4), method: 'wilson' })
    const many = Array.from({ length: 20 }, (_, i) => (i % 5) / 4)
    expect(estimateAccuracy(many, 4)).toMatchObject({ method: 'bootstrap' })
  })

  it('uses the effective sample size for few questions', () => {
    // mean 0.5, variance of the mean 1/24, (1.96 / 3.182)^2 = 0.3794: 0.25 * 24 * 0.3794 = 2.28, not below 4
    expect(estimateAccuracy([1, 0.5, 0, 0.5], 8)).toEqual({
      mean: 0.5,
      interval: wilsonInterval(2, 4),
      method: 'wilson-effective',
    })
    // no spread at all: all samples count
    expect(estimateAccuracy([0.5, 0.5, 0.5], 4).interval).toEqual(wilsonInterval(6, 12))
    expect(estimateAccuracy([0.25], 4).interval).toEqual(wilsonInterval(0.25, 1))
  })

  it.each([
    ['easy or hard', 0.5, (random: Random) => (random.float() < 0.5 ? 0.95 : 0.05)],
    ['of every difficulty', 0.5, (random: Random) => random.float()],
    ['mostly hard', 0.25, (random: Random) => random.float() ** 3],
    ['alike', 0.3, () => 0.3],
  ])('holds the true mean of few questions, %s', (_, truth, difficulty) => {
    const random = createRandom(['few questions', truth])
    for (const questions of [5, 10, 19]) {
      let held = 0
      for (let i = 0; i < 1000; i += 1) {
        const shares = Array.from({ length: questions }, () => {
          const chance = difficulty(random)
          return Array.from({ length: 8 }, () => Number(random.float() < chance)).reduce((sum, one) => sum + one) / 8
        })
        held += Number(covers(estimateAccuracy(shares, 8).interval, truth))
      }
      expect(held / 1000).toBeGreaterThan(0.92)
    }
  })
})
