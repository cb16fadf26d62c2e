import { createRandom } from '../../random.ts'
import { bootstrapInterval, type Interval, wilsonInterval } from './intervals.ts'
import { t95 } from './student-t.ts'

/** Two models on the same questions, each right or wrong. */
export interface PairedCounts {
  readonly both: number
  readonly onlyFirst: number
  readonly onlySecond: number
  readonly neither: number
}

/**
 * McNemar's test, exact and two-sided (McNemar 1947, Psychometrika 12; the binomial form): were both models equally good,
 * the questions that only one answers would fall to either like a fair coin.
 * @returns the p-value, in (0, 1]; 1 where no question distinguishes them
 */
export function mcnemarExact({ onlyFirst, onlySecond }: Pick<PairedCounts, 'onlyFirst' | 'onlySecond'>): number {
  const n = onlyFirst + onlySecond
  const fewer = Math.min(onlyFirst, onlySecond)
  // log C(n, i) - n log 2, summed up to the smaller count
  let logTerm = -n * Math.LN2
  let tail = Math.exp(logTerm)
  for (let i = 1; i <= fewer; i += 1) {
    logTerm += Math.log((n - i + 1) / i)
    tail += Math.exp(logTerm)
  }
  return Math.min(1, 2 * tail)
}

/**
 * 95 % interval of the difference of two paired proportions, second minus first: Wilson's intervals of both, combined with
 * their correlation (Newcombe 1998, Statistics in Medicine 17, 2635-2650, method 10).
 */
export function newcombeInterval(counts: PairedCounts): Interval {
  const { both, onlyFirst, onlySecond, neither } = counts
  const n = both + onlyFirst + onlySecond + neither
  const [p1, p2] = [(both + onlySecond) / n, (both + onlyFirst) / n] // the second model's share comes first here
  const [l1, u1] = wilsonInterval(both + onlySecond, n)
  const [l2, u2] = wilsonInterval(both + onlyFirst, n)
  const phi = correlation(counts, n)
  const low = side(p1 - l1, u2 - p2, phi)
  const high = side(u1 - p1, p2 - l2, phi)
  return [p1 - p2 - low, p1 - p2 + high]
}

const side = (a: number, b: number, phi: number): number => Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b))

/** The correlation of the four cells, with Newcombe's correction for continuity. */
function correlation({ both, onlyFirst, onlySecond, neither }: PairedCounts, n: number): number {
  const margins = (both + onlySecond) * (onlyFirst + neither) * (both + onlyFirst) * (onlySecond + neither)
  if (margins === 0) return 0
  const product = both * neither - onlyFirst * onlySecond
  const corrected = product > 0 ? Math.max(product - n / 2, 0) : product
  return corrected / Math.sqrt(margins)
}

const flips = 10_000

/**
 * Sign-flip permutation test of a mean of paired differences (Fisher 1935, The Design of Experiments, section 21): were
 * both models equally good, each difference could as well have the other sign.
 * @param strata differences of one stratum each; all strata weigh the same
 * @returns the two-sided p-value from 10,000 seeded draws, (hits + 1) / (draws + 1) (Phipson, Smyth 2010)
 */
export function signFlipTest(strata: readonly (readonly number[])[]): number {
  const weighted = strata.flatMap((values) =>
    values.filter((value) => value !== 0).map((value) => value / (values.length * strata.length)),
  )
  if (weighted.length === 0) return 1
  const observed = Math.abs(weighted.reduce((sum, value) => sum + value, 0)) - 1e-12 // ties in spite of rounding
  const random = createRandom(['sign-flip'])
  let hits = 0
  for (let round = 0; round < flips; round += 1) {
    let sum = 0
    let bits = 0
    for (const [i, value] of weighted.entries()) {
      if (i % 32 === 0) bits = random.uint32()
      sum += (bits >>> (i % 32)) & 1 ? value : -value
    }
    if (Math.abs(sum) >= observed) hits += 1
  }
  return (hits + 1) / (flips + 1)
}

/** Paired bootstrap of a mean difference; see bootstrapInterval. */
export const differenceInterval = (strata: readonly (readonly number[])[]): Interval =>
  bootstrapInterval(strata, { rounds: 2000, key: ['paired'] })

/** A mean of paired differences. */
export interface MeanDifference {
  readonly mean: number
  readonly deviation: number // standard deviation of the differences, n - 1
  readonly interval: Interval // 95 %
}

/**
 * Mean of paired differences with Student's interval: mean +- t s / sqrt(n), n - 1 degrees of freedom (Student 1908,
 * Biometrika 6, 1-25). It takes the differences as draws from a normal distribution.
 * @param differences [n]
 * @returns null below two: one difference has no spread
 */
export function pairedT(differences: readonly number[]): MeanDifference | null {
  const n = differences.length
  if (n < 2) return null
  const mean = differences.reduce((sum, value) => sum + value, 0) / n
  const deviation = Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
  const half = (t95(n - 1) * deviation) / Math.sqrt(n)
  return { mean, deviation, interval: [mean - half, mean + half] }
}

/**
 * Holm's correction (Holm 1979, Scand. J. Statist. 6): p-values such that calling those below 0.05 real errs anywhere with
 * a chance of at most 5 %.
 * @returns adjusted p-values in the order given
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[a]! - ps[b]!)
  const adjusted = new Array<number>(ps.length)
  let largest = 0
  for (const [rank, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (ps.length - rank) * ps[i]!))
    adjusted[i] = largest
  }
  return adjusted
}
