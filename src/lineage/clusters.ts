import { createRougeIndex } from '../filter/rouge.ts'

/** Groups of near copies: two texts are in one group where a chain of near copies leads from one to the other. */
export interface Clusters {
  add(text: string): void
  readonly count: number // groups, those of a single text included
  readonly biggest: number // texts in the largest group; 0 without texts
}

/**
 * Single-linkage clustering, text by text, with a forest of disjoint sets.
 * @param above ROUGE-L F above which two texts are near copies
 */
export function createClusters(above: number): Clusters {
  const index = createRougeIndex()
  const parents: number[] = [] // [texts] towards the root of its group
  const sizes: number[] = [] // [texts] of the group, at its root
  let count = 0
  let biggest = 0

  const rootOf = (place: number): number => {
    let at = place
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!
      at = parents[at]!
    }
    return at
  }
  const join = (a: number, b: number): void => {
    const [small, large] = sizes[a]! < sizes[b]! ? [a, b] : [b, a]
    parents[small] = large
    sizes[large]! += sizes[small]!
    biggest = Math.max(biggest, sizes[large]!)
    count -= 1
  }

  return {
    get count() {
      return count
    },
    get biggest() {
      return biggest
    },
    add(text) {
      const own = parents.length
      parents.push(own)
      sizes.push(1)
      count += 1
      biggest = Math.max(biggest, 1)
      const isJoined = (place: number): boolean => rootOf(place) === rootOf(own)
      index.eachNear(text, above, (place) => join(rootOf(place), rootOf(own)), isJoined)
      index.add(text)
    },
  }
}
