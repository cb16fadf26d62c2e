import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { lcsMatcher } from '../../../src/filter/lcs.ts'
import { createRougeIndex, rougeL, rougeTokens } from '../../../src/filter/rouge.ts'
import { createRandom } from '../../../src/random.ts'

const pairs = JSON.parse(readFileSync(new URL('../../fixtures/filter/rouge.json', import.meta.url), 'utf8')) as [
  string,
  string,
  number,
][]

describe('one pair', () => {
  test(`equal to rouge_score on ${pairs.length} pairs`, () => {
    for (const [a, b, expected] of pairs) expect(Math.abs(rougeL(a, b) - expected), `${a} | ${b}`).toBeLessThan(1e-9)
  })
  test('tokens are lower-case runs of letters and digits', () => {
    expect(rougeTokens("Don't  STOP: x_1=2.5, café")).toEqual(['don', 't', 'stop', 'x', '1', '2', '5', 'caf'])
  })
})

describe('longest common subsequence', () => {
  /** The textbook table. */
  function table(a: readonly number[], b: readonly number[]): number {
    let row = new Array<number>(b.length + 1).fill(0)
    for (const x of a) {
      const next = [0]
      for (const [j, y] of b.entries()) next.push(x === y ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!))
      row = next
    }
    return row.at(-1)!
  }
  test.each([1, 2, 5, 40])('equal to the dynamic programme, %i different tokens', (alphabet) => {
    const random = createRandom(['lcs', alphabet])
    // lengths round the 30 tokens of a word, and several words
    for (const m of [0, 1, 29, 30, 31, 59, 60, 61, 150]) {
      for (const n of [0, 1, 30, 77]) {
        const a = Array.from({ length: m }, () => random.below(alphabet + 1) - 1) // -1 = in no text
        const b = Array.from({ length: n }, () => random.below(alphabet))
        expect(lcsMatcher(Int32Array.from(a))(Int32Array.from(b)), `${a} | ${b}`).toBe(table(a, b))
      }
    }
  })
})

describe('the index', () => {
  const texts = pairs.map(([a]) => a)
  const candidates = pairs.map(([, b]) => b)
  const index = createRougeIndex()
  for (const text of texts) index.add(text)

  test('finds exactly the best of all, the first on ties', () => {
    for (const candidate of candidates.filter((_, i) => i % 4 === 0)) {
      let best = { score: 0, text: null as string | null }
      for (const text of texts) {
        const score = rougeL(text, candidate)
        if (score > best.score) best = { score, text }
      }
      expect(index.nearest(candidate)).toEqual(best)
    }
  })
  test('with a limit: the best above it, or none', () => {
    for (const candidate of candidates.slice(0, 120)) {
      const { score, text } = index.nearest(candidate)
      expect(index.nearest(candidate, score - 1e-9)).toEqual({ score, text })
      expect(index.nearest(candidate, score)).toEqual({ score: 0, text: null })
    }
  })
  test('all texts above a limit, in their order, except for those that are skipped', () => {
    for (const candidate of candidates.filter((_, i) => i % 8 === 0)) {
      for (const above of [0, 0.25, 0.5]) {
        const expected = texts.flatMap((text, place) => (rougeL(text, candidate) > above ? [place] : []))
        const found: number[] = []
        index.eachNear(candidate, above, (place) => found.push(place))
        expect(found).toEqual(expected)
        const odd: number[] = []
        index.eachNear(
          candidate,
          above,
          (place) => odd.push(place),
          (place) => place % 2 === 0,
        )
        expect(odd).toEqual(expected.filter((place) => place % 2 === 1))
      }
    }
  })
  test('grows past its first allocation, and stays clean between calls', () => {
    const grown = createRougeIndex()
    for (let i = 0; i < 1100; i++) grown.add(`question number ${i}`)
    expect(grown.size).toBe(1100)
    expect(grown.nearest('question number 1099')).toEqual({ score: 1, text: 'question number 1099' })
    expect(grown.nearest('nothing alike')).toEqual({ score: 0, text: null })
    expect(grown.nearest('question number 7')).toEqual({ score: 1, text: 'question number 7' })
  })
  test('the same text except for case and white space', () => {
    expect(index.same(`  ${texts[3]!.toUpperCase()}\n`)).toBe(texts[3])
    expect(index.same('something else')).toBeNull()
  })
})
