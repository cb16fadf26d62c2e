import { createRandom } from '../../random.ts'

/** [low, high] of a 95 % interval. */
export type Interval = readonly [number, number]

/** The 97.5 % point of the standard normal: two-sided 95 %. */
export const z95 = 1.959963984540054

/**
 * Wilson's score interval of a proportion (Wilson 1927, J. Am. Stat. Assoc. 22, 209-212): sensible at 0 and at n too.
 * @param successes 0 .. n
 * @param n at least 1
 * @returns 95 %, within [0, 1]
 */
export function wilsonInterval(successes: number, n: number): Interval {
  const share = successes / n
  const z2 = z95 * z95
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n)
  const half = (z95 / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n))
  // exact at both ends, where rounding would leave 1e-17
  return [successes === 0 ? 0 : centre - half, successes === n ? 1 : centre + half]
}

export interface BootstrapOptions {
  readonly rounds: number
  /** What the draws are keyed by: the same numbers give the same interval. */
  readonly key: readonly (string | number)[]
}

export const bootstrapDefaults: BootstrapOptions = { rounds: 2000, key: ['bootstrap'] }

/**
 * Percentile bootstrap of a mean over clusters (Efron, Tibshirani 1993, ch. 13; Davison, Hinkley 1997, ch. 3.8): items
 * are drawn with replacement, each with all its samples, because samples of one question are not independent.
 * @param strata values of one stratum each; a stratum is resampled by itself and all strata weigh the same
 * @returns 95 %
 */
export function bootstrapInterval(
  strata: readonly (readonly number[])[],
  { rounds, key }: BootstrapOptions = bootstrapDefaults,
): Interval {
  const random = createRandom(key)
  const means = Float64Array.from({ length: rounds }, () => {
    let sum = 0
    for (const values of strata) {
      let total = 0
      for (let i = 0; i < values.length; i += 1) total += values[random.below(values.length)]!
      sum += total / values.length
    }
    return sum / strata.length
  }).sort() // [rounds]
  return [quantile(means, 0.025), quantile(means, 0.975)]
}

/** Linear between order statistics (Hyndman, Fan 1996, type 7). */
function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1)
  const below = Math.floor(at)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!)
}

export interface Estimate {
  readonly mean: number
  readonly interval: Interval
  readonly method: 'wilson' | 'bootstrap'
}

/**
 * The mean of an item's shares of right samples, with its 95 % interval: Wilson's where every share is 0 or 1 (one
 * sample an item, or samples that all agree), else the bootstrap over items.
 * @param shares [n] of right samples, n at least 1
 */
export function estimateAccuracy(shares: readonly number[]): Estimate {
  const sum = shares.reduce((total, share) => total + share, 0)
  const mean = sum / shares.length
  // also where all samples of an item agree: a bootstrap over equal shares has no width at all
  if (shares.every((share) => share === 0 || share === 1)) {
    return { mean, interval: wilsonInterval(sum, shares.length), method: 'wilson' }
  }
  return { mean, interval: bootstrapInterval([shares]), method: 'bootstrap' }
}
