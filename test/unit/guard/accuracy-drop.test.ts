import { describe, expect, it, vi } from 'vitest'
import { selectingHalf } from '../../../src/eval/selecting-half.ts'
import { accuracyDrop, share } from '../../../src/guard/accuracy-drop.ts'
import { createRandom } from '../../../src/random.ts'

vi.setConfig({ testTimeout: 60_000 }) // long on a busy machine

const right = (from: number, to: number, n = 100): boolean[] => Array.from({ length: n }, (_, i) => i >= from && i < to)

describe('the drop from the best model', () => {
  it('is proven by questions that only the best one answers', () => {
    // 15 to 0: 2^-15, times 4 (the best of 4) * 4 * 5 looks
    const { drop, p, proven } = accuracyDrop(right(0, 50), right(15, 50), 4)
    expect([drop, proven]).toEqual([expect.closeTo(0.15), expect.closeTo(0.15)])
    expect(p).toBeCloseTo(80 / 2 ** 15, 12)
  })

  it('is not proven by noise of the same size, nor after many looks', () => {
    expect(accuracyDrop(right(0, 50), right(30, 65), 2)).toMatchObject({ drop: expect.closeTo(0.15), proven: 0 })
    expect(accuracyDrop(right(0, 50), right(12, 50), 5).proven).toBeGreaterThan(0)
    expect(accuracyDrop(right(0, 50), right(11, 50), 5).proven).toBe(0)
  })

  it('is 0 for the first model, and for a better one', () => {
    expect(accuracyDrop(null, right(0, 50), 0)).toEqual({ drop: 0, p: 1, proven: 0 })
    expect(accuracyDrop(right(0, 50), right(0, 60), 3)).toEqual({ drop: 0, p: 1, proven: 0 })
  })

  // without any change, a running maximum alone is 10 points above some later evaluation in most runs
  it.each([
    [10, 100],
    [50, 100],
    [50, 1000],
  ])('is seldom proven in runs of %d evaluations of %d questions without any change', (looks, n) => {
    const random = createRandom(['no change', looks])
    const runs = 200
    let [proven, tenPoints] = [0, 0]
    for (let run = 0; run < runs; run++) {
      const chance = Array.from({ length: n }, () => random.below(1000))
      const evaluate = (): boolean[] => chance.map((of) => random.below(1000) < of)
      let best = evaluate()
      let [wasProven, wasTen] = [false, false]
      for (let look = 1; look < looks; look++) {
        const latest = evaluate()
        const found = accuracyDrop(best, latest, look)
        wasProven ||= found.proven > 0
        wasTen ||= found.drop > 0.1
        if (share(latest) > share(best)) best = latest
      }
      proven += Number(wasProven)
      tenPoints += Number(wasTen)
    }
    expect(proven / runs).toBeLessThan(0.05 + 2.6 * Math.sqrt((0.05 * 0.95) / runs))
    if (n === 100) expect(tenPoints / runs).toBeGreaterThan(0.3)
  })
})

describe('the selecting half', () => {
  const questions = Array.from({ length: 101 }, (_, i) => `What is ${i} + ${i}?`)

  it('is about half of the questions, each the same whatever others there are', () => {
    const half = selectingHalf(questions)
    expect(Math.abs(half.filter(Boolean).length - 50)).toBeLessThan(15)
    const order = createRandom(['order'])
      .shuffle([...questions.keys()])
      .slice(0, 60)
    expect(selectingHalf(order.map((i) => questions[i]!))).toEqual(order.map((i) => half[i]))
  })

  it('and the other are never empty, but for a single question', () => {
    for (let n = 2; n < 6; n++) {
      for (let first = 0; first < 40; first++) {
        const half = selectingHalf(questions.slice(first, first + n))
        expect(half).toContain(true)
        expect(half).toContain(false)
      }
    }
    expect(selectingHalf(['one'])).toEqual([true])
  })

  // a model chosen as the best of many evaluations looks better on the questions that chose it, and only on those
  it('hides the luck of the chosen model', () => {
    const random = createRandom(['luck'])
    const half = selectingHalf(questions)
    let [onSelecting, onReporting] = [0, 0]
    const runs = 300
    for (let run = 0; run < runs; run++) {
      const evaluations = Array.from({ length: 20 }, () => half.map(() => random.below(2) === 1))
      const selecting = (verdicts: boolean[]): number => share(verdicts.filter((_, i) => half[i]))
      const best = evaluations.reduce((a, b) => (selecting(b) > selecting(a) ? b : a))
      onSelecting += selecting(best) / runs
      onReporting += share(best.filter((_, i) => !half[i])) / runs
    }
    expect(onSelecting).toBeGreaterThan(0.6)
    expect(Math.abs(onReporting - 0.5)).toBeLessThan(0.02)
  })
})
