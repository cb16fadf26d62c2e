import { describe, expect, it } from 'vitest'
import { rougeL } from '../../../src/filter/rouge.ts'
import { createClusters } from '../../../src/lineage/clusters.ts'
import { createRandom } from '../../../src/random.ts'

const clustersOf = (texts: readonly string[], above: number): [count: number, biggest: number] => {
  const clusters = createClusters(above)
  for (const text of texts) clusters.add(text)
  return [clusters.count, clusters.biggest]
}

/** By following links from every text that has no group yet. */
function followed(texts: readonly string[], above: number): [count: number, biggest: number] {
  const left = new Set(texts.keys())
  const sizes: number[] = []
  while (left.size > 0) {
    const reached = [left.values().next().value!]
    left.delete(reached[0]!)
    for (const at of reached) {
      for (const other of [...left]) {
        if (rougeL(texts[at]!, texts[other]!) <= above) continue
        left.delete(other)
        reached.push(other)
      }
    }
    sizes.push(reached.length)
  }
  return [sizes.length, Math.max(0, ...sizes)]
}

describe('groups of near copies', () => {
  it('chain: the ends need not resemble each other', () => {
    // a-b and b-c share 2 of 4 words: 0.5; a-c share none
    const [a, b, c] = ['one two three four', 'three four five six', 'five six seven eight'] as const
    expect(clustersOf([a, c], 0.4)).toEqual([2, 1])
    expect(clustersOf([a, c, b], 0.4)).toEqual([1, 3])
    expect(clustersOf([a, c, b], 0.5)).toEqual([3, 1]) // above, not at
    expect(clustersOf([], 0.4)).toEqual([0, 0])
  })

  it('do not depend on the order, and are those found by following links', () => {
    const random = createRandom(['clusters'])
    const texts = Array.from({ length: 60 }, () =>
      Array.from({ length: 4 + random.below(6) }, () => 'abcdefghijkl'[random.below(12)]).join(' '),
    )
    for (const above of [0.3, 0.45, 0.5, 0.6, 0.8]) {
      const expected = followed(texts, above)
      expect(clustersOf(texts, above), String(above)).toEqual(expected)
      expect(clustersOf(random.shuffle(texts), above), String(above)).toEqual(expected)
    }
    expect(new Set([0.3, 0.45, 0.5, 0.6, 0.8].map((above) => followed(texts, above)[0])).size).toBeGreaterThan(3)
  })
})
