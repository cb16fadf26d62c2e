import { describe, expect, it } from 'vitest'
import { type AnswerClass, majorityAtK, passAtK, reportedKs } from '../../../../src/eval/statistics/at-k.ts'
import { createRandom } from '../../../../src/random.ts'

describe('passAtK', () => {
  it.each([
    // by hand: 1 - C(n-c, k) / C(n, k)
    [5, 2, 2, 1 - 3 / 10],
    [4, 1, 2, 1 - 3 / 6],
    [10, 3, 1, 3 / 10],
    [10, 0, 10, 0],
    [10, 1, 10, 1],
    [16, 2, 8, 1 - 3003 / 12870],
    [6, 4, 3, 1],
  ])('n %i, c %i, k %i', (n, c, k, expected) => {
    expect(passAtK(n, c, k)).toBeCloseTo(expected, 12)
  })

  it('does not overflow', () => {
    expect(passAtK(512, 1, 256)).toBeCloseTo(0.5, 12)
  })
})

describe('majorityAtK', () => {
  const right = (size: number): AnswerClass => ({ size, right: true })
  const wrong = (size: number): AnswerClass => ({ size, right: false })

  it.each([
    // all samples: the largest class, ties shared
    [[right(3), wrong(2)], 0, 5, 1],
    [[right(2), wrong(3)], 0, 5, 0],
    [[right(2), wrong(2)], 0, 4, 1 / 2],
    [[right(1), wrong(1), wrong(1)], 0, 3, 1 / 3],
    // two of r r w: one pair agrees on r, two pairs tie: (1 + 1/2 + 1/2) / 3
    [[right(2), wrong(1)], 0, 2, 2 / 3],
    // three of r r w w: rrw twice, rww twice
    [[right(2), wrong(2)], 0, 3, 1 / 2],
    // an answerless sample does not vote: of r w -, the pairs rw, r-, w-
    [[right(1), wrong(1)], 1, 2, (1 / 2 + 1 + 0) / 3],
    // nothing votes in one of the three samples
    [[right(2)], 1, 1, 2 / 3],
    [[], 4, 2, 0],
  ])('%j with %i answerless, k %i', (classes, answerless, k, expected) => {
    expect(majorityAtK(classes, answerless, k)).toBeCloseTo(expected, 12)
  })

  it('is the mean over subsets', () => {
    const labels = ['a', 'a', 'a', 'b', 'b', 'c', 'd', null, null]
    const classes = [wrong(3), right(2), right(1), wrong(1)]
    for (const k of [1, 2, 4, 7, 9]) expect(majorityAtK(classes, 2, k)).toBeCloseTo(overSubsets(labels, k), 12)
  })

  it('handles 512 samples quickly', () => {
    const random = createRandom(['majority'])
    const classes = Array.from({ length: 100 }, (_, i) => ({ size: 1 + random.below(9), right: i === 0 }))
    const answerless = 512 - classes.reduce((sum, { size }) => sum + size, 0)
    const share = majorityAtK(classes, Math.max(0, answerless), 64)
    expect(share).toBeGreaterThanOrEqual(0)
    expect(share).toBeLessThanOrEqual(1)
  })
})

/** By listing every subset; b and c are right. */
function overSubsets(labels: readonly (string | null)[], k: number): number {
  let [sum, subsets] = [0, 0]
  for (let mask = 0; mask < 2 ** labels.length; mask += 1) {
    const chosen = labels.filter((_, i) => (mask >> i) & 1)
    if (chosen.length !== k) continue
    subsets += 1
    const votes = new Map<string, number>()
    for (const label of chosen) if (label !== null) votes.set(label, (votes.get(label) ?? 0) + 1)
    const most = Math.max(...votes.values())
    const top = [...votes].filter(([, count]) => count === most).map(([label]) => label)
    if (top.length > 0) sum += top.filter((label) => 'bc'.includes(label)).length / top.length
  }
  return sum / subsets
}

describe('reportedKs', () => {
  it('are powers of two and all', () => {
    expect(reportedKs(1)).toEqual([1])
    expect(reportedKs(6)).toEqual([1, 2, 4, 6])
    expect(reportedKs(16)).toEqual([1, 2, 4, 8, 16])
  })
})
