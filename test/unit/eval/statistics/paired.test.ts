import { describe, expect, it } from 'vitest'
import {
  differenceInterval,
  holm,
  mcnemarExact,
  newcombeInterval,
  signFlipTest,
} from '../../../../src/eval/statistics/paired.ts'
import { createRandom } from '../../../../src/random.ts'

describe('mcnemarExact', () => {
  it.each([
    // scipy.stats.binomtest(min, n, 0.5).pvalue
    [2, 12, 0.012939453125],
    [5, 5, 1],
    [0, 5, 0.0625],
    [1300, 1000, 4.28740900211e-10],
  ])('%i against %i', (onlyFirst, onlySecond, p) => {
    expect(mcnemarExact({ onlyFirst, onlySecond }) / p).toBeCloseTo(1, 9)
  })

  it('is 1 if nothing differs', () => {
    expect(mcnemarExact({ onlyFirst: 0, onlySecond: 0 })).toBe(1)
  })

  it('errs at most once in twenty if two models are equally good', () => {
    const random = createRandom(['mcnemar'])
    let found = 0
    for (let i = 0; i < 2000; i += 1) {
      const counts = { onlyFirst: 0, onlySecond: 0 }
      for (let j = 0; j < 40; j += 1) counts[random.float() < 0.5 ? 'onlyFirst' : 'onlySecond'] += 1
      found += Number(mcnemarExact(counts) < 0.05)
    }
    expect(found / 2000).toBeLessThan(0.06)
  })
})

describe('newcombeInterval', () => {
  it('matches the paper', () => {
    // Newcombe 1998, Statistics in Medicine 17, 2635-2650, table II, method 10: 36, 12, 2, 0
    const [low, high] = newcombeInterval({ both: 36, onlyFirst: 2, onlySecond: 12, neither: 0 })
    expect(low).toBeCloseTo(0.0569, 4)
    expect(high).toBeCloseTo(0.3404, 4)
  })

  it('changes sign when the models are swapped', () => {
    const [low, high] = newcombeInterval({ both: 30, onlyFirst: 9, onlySecond: 4, neither: 17 })
    const turned = newcombeInterval({ both: 30, onlyFirst: 4, onlySecond: 9, neither: 17 })
    expect(turned[0]).toBeCloseTo(-high, 12)
    expect(turned[1]).toBeCloseTo(-low, 12)
  })

  it('contains the true difference in about 95 of 100', () => {
    const random = createRandom(['newcombe'])
    const chances = [0.45, 0.05, 0.15, 0.35] // both, only first, only second, neither: a difference of 0.1
    let held = 0
    for (let i = 0; i < 3000; i += 1) {
      const cells = [0, 0, 0, 0]
      for (let j = 0; j < 100; j += 1) {
        const u = random.float()
        cells[u < 0.45 ? 0 : u < 0.5 ? 1 : u < 0.65 ? 2 : 3]! += 1
      }
      const [both, onlyFirst, onlySecond, neither] = cells as [number, number, number, number]
      const [low, high] = newcombeInterval({ both, onlyFirst, onlySecond, neither })
      held += Number(low <= 0.1 && 0.1 <= high)
    }
    expect(chances.reduce((sum, chance) => sum + chance)).toBe(1)
    expect(held / 3000).toBeGreaterThan(0.93)
    expect(held / 3000).toBeLessThan(0.98)
  })
})

describe('signFlipTest', () => {
  it('is close to the exact value', () => {
    // five equal differences of one sign: 2 of 2^5 sign patterns are as far out
    expect(signFlipTest([[0.5, 0.5, 0.5, 0.5, 0.5, 0, 0]])).toBeCloseTo(0.0625, 2)
    // 3 and 1: +-4 and +-2 are equally likely, half are as far out as 4
    expect(signFlipTest([[0.75, 0.25]])).toBeCloseTo(0.5, 1)
  })

  it('is 1 if nothing differs, and small if all do', () => {
    expect(signFlipTest([[0, 0, 0]])).toBe(1)
    expect(signFlipTest([new Array<number>(40).fill(0.25)])).toBeCloseTo(1 / 10_001, 9)
  })

  it('weighs sets equally, whatever their length', () => {
    const [short, long] = [[1, 1], new Array<number>(100).fill(0)]
    expect(signFlipTest([short, long])).toBeCloseTo(0.5, 1)
  })
})

describe('differenceInterval', () => {
  it('contains the mean of the sets', () => {
    const [low, high] = differenceInterval([
      [0.5, 0, 0.25, 0.5],
      [0, 0, 0.5, 0],
    ])
    expect(low).toBeGreaterThanOrEqual(0)
    expect(low).toBeLessThan(0.21875)
    expect(high).toBeGreaterThan(0.21875)
  })
})

describe('holm', () => {
  it('is the step-down procedure of the paper', () => {
    // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02])
    expect(holm([0.9, 0.8])).toEqual([1, 1])
    expect(holm([0.2])).toEqual([0.2])
  })
})
