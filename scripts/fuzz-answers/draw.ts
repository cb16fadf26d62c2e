/** Draws from a seeded generator (mulberry32). */
export interface Draw {
  readonly below: (n: number) => number // 0 .. n - 1
  readonly chance: (p: number) => boolean
  readonly pick: <T>(from: readonly T[]) => T
}

export function drawing(seed: number): Draw {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number): number => Math.floor(next() * n)
  return { below, chance: (p) => next() < p, pick: (from) => from[below(from.length)]! }
}
