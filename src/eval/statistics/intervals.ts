import { createRandom } from '../../random.ts'
import { t95 } from './student-t.ts'

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
 * @param strata values of one stratum each; each stratum is resampled separately and all strata weigh the same
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
  readonly method: 'wilson' | 'wilson-effective' | 'bootstrap'
}

/** Fewer questions than this are too few to resample: a percentile bootstrap is too narrow. */
export const fewQuestions = 20

/**
 * The mean of an item's shares of right samples, with its 95 % interval: Wilson's where every share is 0 or 1 (one
 * sample per item, or samples that all agree), else the bootstrap over items, and below 20 items Wilson's with
 * the number of independent samples that the shares are worth.
 * @param shares [n] of right samples, or values in [0, 1] derived from them; n at least 1
 * @param samples of each share, their mean where they differ; 1 if the values are not shares: each then counts as one item
 */
export function estimateAccuracy(shares: readonly number[], samples = 1): Estimate {
  const sum = shares.reduce((total, share) => total + share, 0)
  const mean = sum / shares.length
  // also where all samples of an item agree: a bootstrap over equal shares has no width at all
  if (shares.every((share) => share === 0 || share === 1)) {
    return { mean, interval: wilsonInterval(sum, shares.length), method: 'wilson' }
  }
  if (shares.length >= fewQuestions) return { mean, interval: bootstrapInterval([shares]), method: 'bootstrap' }
  const n = effectiveSize(shares, samples)
  return { mean, interval: wilsonInterval(mean * n, n), method: 'wilson-effective' }
}

/**
 * How many independent samples the shares are worth (Korn, Graubard 1998, Survey Methodology 24, 193-201): those that
 * give a proportion the variance of the shares' mean, fewer by (z / t)^2 because that variance is an estimate itself.
 * @param shares [n], n below 20
 * @returns n (samples of an item all alike) to n * samples (all independent)
 */
function effectiveSize(shares: readonly number[], samples: number): number {
  const n = shares.length
  if (n === 1) return 1
  const mean = shares.reduce((total, share) => total + share, 0) / n
  const variance = shares.reduce((total, share) => total + (share - mean) ** 2, 0) / (n - 1) / n // of the mean
  const worth = ((mean * (1 - mean)) / variance) * (z95 / t95(n - 1)) ** 2
  return Math.min(Math.max(worth, n), n * samples)
}
