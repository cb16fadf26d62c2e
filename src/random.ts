// Reproducible random choices: a generator is keyed by its purpose, so resuming at a step draws what the
// uninterrupted run would have drawn, without any saved state.

import { createHash } from 'node:crypto'

export interface Random {
  /** Uniform in [0, 2^32). */
  uint32(): number
  /** Uniform in [0, 1), 53 bits. */
  float(): number
  /** Uniform integer in [0, n); n in [1, 2^32]. */
  below(n: number): number
  /** The items in random order, in a new array. */
  shuffle<T>(items: readonly T[]): T[]
  /** `count` different items in random order, or all if there are fewer. */
  sample<T>(items: readonly T[], count: number): T[]
}

/**
 * A separate generator for each key: xoshiro128** (Blackman, Vigna 2021, arXiv 1805.01407) started from the SHA-256
 * of the key.
 * @param key what the numbers are for, e.g. [runSeed, 'propose', step, round]
 */
export function createRandom(key: readonly (string | number)[]): Random {
  const hash = createHash('sha256').update(JSON.stringify(key)).digest()
  const s = Uint32Array.from({ length: 4 }, (_, i) => hash.readUInt32LE(4 * i)) // [4] state
  s[0]! |= 1 // the all-zero state would stay

  const rotate = (x: number, k: number) => (x << k) | (x >>> (32 - k))
  const uint32 = () => {
    const result = Math.imul(rotate(Math.imul(s[1]!, 5), 7), 9) >>> 0
    const t = s[1]! << 9
    s[2]! ^= s[0]!
    s[3]! ^= s[1]!
    s[1]! ^= s[2]!
    s[0]! ^= s[3]!
    s[2]! ^= t
    s[3] = rotate(s[3]!, 11)
    return result
  }
  const below = (n: number) => {
    // a remainder would favour small numbers: draw again above the largest multiple of n
    const limit = 2 ** 32 - (2 ** 32 % n)
    let x = uint32()
    while (x >= limit) x = uint32()
    return x % n
  }
  const sample = <T>(items: readonly T[], count: number): T[] => {
    const moved = new Map<number, number>() // Fisher-Yates on the first places only, without copying the items
    return Array.from({ length: Math.min(count, items.length) }, (_, i) => {
      const j = i + below(items.length - i)
      const chosen = moved.get(j) ?? j
      moved.set(j, moved.get(i) ?? i)
      return items[chosen]!
    })
  }
  return {
    uint32,
    float: () => ((uint32() >>> 5) * 2 ** 26 + (uint32() >>> 6)) / 2 ** 53,
    below,
    sample,
    shuffle: (items) => sample(items, items.length),
  }
}

/**
 * Seeds of a generate call's rows, for SamplingParams.seeds; a longer list begins with the shorter one.
 * @param purpose what is sampled, with the round where a step has several: "rollout/0"
 * @returns [count]
 */
export function rowSeeds(runSeed: number, purpose: string, step: number, count: number): Uint32Array {
  const random = createRandom([runSeed, 'rows', purpose, step])
  return Uint32Array.from({ length: count }, random.uint32)
}
