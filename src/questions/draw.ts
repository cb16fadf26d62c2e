import { createRandom } from '../random.ts'

/** Draws for templates: the same key gives the same data on every machine. */
export interface Draw {
  /** Uniform whole number, both ends included. */
  integer(low: number, high: number): number
  pick<T>(items: readonly T[]): T
  /** Two different items. */
  pickTwo<T>(items: readonly T[]): [T, T]
  /** An item with probability proportional to its weight. */
  weighted<T>(items: readonly { readonly weight: number; readonly item: T }[]): T
  chance(probability: number): boolean
  shuffle<T>(items: readonly T[]): T[]
}

/** @param key purpose of the draws, e.g. [seed, 'stage-b'] */
export function drawer(key: readonly (string | number)[]): Draw {
  const random = createRandom(key)
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)]!
  return {
    integer: (low, high) => low + random.below(high - low + 1),
    pick,
    pickTwo: (items) => {
      const [first, second] = random.sample(items, 2)
      return [first!, second!]
    },
    weighted(items) {
      let rest = random.float() * items.reduce((sum, { weight }) => sum + weight, 0)
      for (const { weight, item } of items) {
        rest -= weight
        if (rest < 0) return item
      }
      return items.at(-1)!.item
    },
    chance: (probability) => random.float() < probability,
    shuffle: random.shuffle,
  }
}
