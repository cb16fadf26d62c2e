import { describe, expect, test } from 'vitest'
import { defaultInstructConfig } from '../../../src/config/instruct-config.ts'
import { chooseExamples } from '../../../src/instruct/choose-examples.ts'
import { addToPool, emptyPool } from '../../../src/instruct/pool.ts'
import { noYields } from '../../../src/instruct/yields.ts'
import { createRandom } from '../../../src/random.ts'
import type { Question } from '../../../src/rollout/group.ts'

const questions = (source: 'seed' | 'self', count: number): Question[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${source}-${i}`, text: `${source} ${i}`, source }))
const seeds = questions('seed', 30)
const count = (examples: readonly Question[], source: string) =>
  examples.filter((example) => example.source === source).length

describe.each(['uniform', 'thompson'] as const)('examples, %s', (choose) => {
  const config = { ...defaultInstructConfig, choose }
  test.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [40, 2],
  ])('of %i kept questions %i are shown, seeds fill up to 8', (kept, shown) => {
    const pool = addToPool(emptyPool, questions('self', kept))
    for (let round = 0; round < 50; round++) {
      const examples = chooseExamples(config, seeds, pool, createRandom(['x', round]))
      expect(new Set(examples.map(({ id }) => id)).size).toBe(8)
      expect(count(examples, 'self')).toBe(shown)
    }
  })
  test('kept questions come at any place', () => {
    const pool = addToPool(emptyPool, questions('self', 5))
    const places = new Set<number>()
    for (let round = 0; round < 200; round++) {
      const examples = chooseExamples(config, seeds, pool, createRandom(['y', round]))
      for (const [place, { source }] of examples.entries()) if (source === 'self') places.add(place)
    }
    expect(places.size).toBe(8)
  })
  test('the same key chooses the same; few seeds give fewer examples', () => {
    const chosen = (of: readonly Question[]) => chooseExamples(config, of, emptyPool, createRandom(['z']))
    expect(chosen(seeds)).toEqual(chosen(seeds))
    expect(chosen(seeds.slice(0, 3))).toHaveLength(3)
  })
})

test('uniform draws from the generator what it always drew, whatever is known of yields', () => {
  const pool = addToPool(emptyPool, questions('self', 5))
  const yields = { of: { 'seed-3': { answered: 9, kept: 9 } }, retired: [] }
  for (let round = 0; round < 20; round++) {
    const random = createRandom(['old', round])
    const kept = random.sample(pool.kept, 2)
    const expected = random.shuffle([...kept, ...random.sample(seeds, 6)])
    const random2 = createRandom(['old', round])
    expect(chooseExamples(defaultInstructConfig, seeds, pool, random2, yields)).toEqual(expected)
    expect(random2.uint32()).toBe(random.uint32())
  }
})

describe('Thompson sampling', () => {
  const one = { examples: 1, fromPool: 0, choose: 'thompson' } as const
  const draws = 6000
  /** Share of draws that choose the first of two seeds. */
  function firstShare(of: Record<string, { answered: number; kept: number }>): number {
    let first = 0
    for (let i = 0; i < draws; i++) {
      const [chosen] = chooseExamples(one, seeds.slice(0, 2), emptyPool, createRandom(['t', i]), { of, retired: [] })
      if (chosen!.id === 'seed-0') first += 1
    }
    return first / draws
  }
  // with V uniform, P(U > V) = E[U], and E[Beta(a, b)] = a / (a + b); four standard deviations are below 0.026
  test.each([
    ['nothing is known', {}, 1 / 2],
    ['1 of 1 kept: Beta(2, 1)', { 'seed-0': { answered: 1, kept: 1 } }, 2 / 3],
    ['none of 3 kept: Beta(1, 4)', { 'seed-0': { answered: 3, kept: 0 } }, 1 / 5],
    ['7 of 8 kept: Beta(8, 2)', { 'seed-0': { answered: 8, kept: 7 } }, 4 / 5],
  ])('takes a seed as often as its posterior exceeds that of one without children: %s', (_, of, expected) => {
    expect(Math.abs(firstShare(of) - expected)).toBeLessThan(0.026)
  })
  test('chooses among pool questions by what they gave, too', () => {
    const pool = addToPool(emptyPool, questions('self', 10))
    const of = Object.fromEntries(pool.kept.map(({ id }, i) => [id, { answered: 200, kept: i === 4 ? 180 : 20 }]))
    const config = { examples: 4, fromPool: 1, choose: 'thompson' } as const
    for (let round = 0; round < 50; round++) {
      const chosen = chooseExamples(config, seeds, pool, createRandom(['p', round]), { ...noYields, of })
      expect(chosen.filter(({ source }) => source === 'self').map(({ id }) => id)).toEqual(['self-4'])
    }
  })
})
