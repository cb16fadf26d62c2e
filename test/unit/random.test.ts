import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createRandom, rowSeeds } from '../../src/random.ts'

const expected = JSON.parse(readFileSync(new URL('../fixtures/random/random.json', import.meta.url), 'utf8')) as {
  key: (string | number)[]
  uint32: number[]
}[]

describe('xoshiro128** from a hashed key', () => {
  test.each(expected)('the same numbers as another implementation: $key', ({ key, uint32 }) => {
    const random = createRandom(key)
    expect(uint32.map(() => random.uint32())).toEqual(uint32)
  })
  test('row seeds come from the same generator, and a longer list begins with the shorter', () => {
    const { key, uint32 } = expected[2]!
    expect([...rowSeeds(key[0] as number, key[2] as string, key[3] as number, 12)]).toEqual(uint32)
    expect([...rowSeeds(key[0] as number, key[2] as string, key[3] as number, 3)]).toEqual(uint32.slice(0, 3))
  })
  test('another key gives another sequence', () => {
    const first = (key: (string | number)[]) => createRandom(key).uint32()
    expect(
      new Set(
        [
          [1, 'a', 2],
          [1, 'a', 3],
          [1, 'b', 2],
          [2, 'a', 2],
          ['1', 'a', 2],
        ].map(first),
      ).size,
    ).toBe(5)
  })
})

describe('distributions', () => {
  test('floats lie in [0, 1) and average a half', () => {
    const random = createRandom(['floats'])
    const values = Array.from({ length: 20_000 }, random.float)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThan(1)
    // six standard errors of a uniform mean
    expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / 20_000 - 0.5)).toBeLessThan(0.0123)
  })
  test('below(6) is uniform: chi-squared under its 0.999 quantile', () => {
    const random = createRandom(['dice'])
    const counts = new Array<number>(6).fill(0)
    for (let i = 0; i < 60_000; i++) counts[random.below(6)]!++
    const chiSquared = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
    expect(chiSquared).toBeLessThan(20.5)
  })
  test('all orders of three come up about equally often', () => {
    const random = createRandom(['orders'])
    const counts = new Map<string, number>()
    for (let i = 0; i < 12_000; i++) {
      const order = random.shuffle(['a', 'b', 'c']).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(250)
  })
  test('a sample has no item twice, and at most all', () => {
    const items = Array.from({ length: 50 }, (_, i) => i)
    const random = createRandom(['sample'])
    for (let i = 0; i < 200; i++) expect(new Set(random.sample(items, 20)).size).toBe(20)
    expect(random.sample(items, 99).toSorted((a, b) => a - b)).toEqual(items)
    expect(random.sample([], 3)).toEqual([])
  })
})
