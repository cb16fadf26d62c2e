import { UserError } from '../errors.ts'
import { points, range } from './markdown.ts'
import type { Results, SetResult } from './results.ts'
import type { Interval } from './statistics/intervals.ts'
import {
  differenceInterval,
  holm,
  mcnemarExact,
  newcombeInterval,
  type PairedCounts,
  signFlipTest,
} from './statistics/paired.ts'

/** Results with their label in tables. */
export interface Contender {
  readonly label: string
  readonly results: Results
}

/** Two models on the questions that both have answered. */
export interface Difference {
  readonly set: string // name; "average" over the sets, with equal weights
  readonly title: string
  readonly n: number // questions that both have
  readonly left: number // questions that only one has
  readonly first: number // accuracy on the n
  readonly second: number
  readonly difference: number // second - first
  readonly interval: Interval // 95 %, of the difference
  readonly test: 'mcnemar' | 'sign-flip'
  readonly onlyFirst: number | null // questions that only the first model answers; null where samples make shares
  readonly onlySecond: number | null
  readonly p: number
  readonly pAdjusted: number // for the number of sets (Holm); of the average, which stands alone, p
  readonly verdict: 'better' | 'worse' | 'cannot tell' // of the second model
}

export interface Comparison {
  readonly first: string
  readonly second: string
  readonly settings: readonly string[] // in which the two evaluations differ: "maxNewTokens 256 against 1024"
  readonly differences: readonly Difference[]
  readonly average: Difference | null // null with one set
}

/**
 * Each later contender against the first, set by set, question by question: McNemar's exact test with Newcombe's interval
 * where every question is right or wrong; a sign-flip test with the paired bootstrap where several samples make shares.
 * @throws UserError if two have no question in common
 */
export function compareAll(contenders: readonly Contender[]): Comparison[] {
  const [first, ...others] = contenders
  return others.map((second) => compareTwo(first!, second))
}

function compareTwo(first: Contender, second: Contender): Comparison {
  const pairs = first.results.sets.flatMap((set) => {
    const other = second.results.sets.find(({ name }) => name === set.name)
    const pair = other === undefined ? null : pairUp(set, other)
    return pair === null ? [] : [pair]
  })
  if (pairs.length === 0) {
    throw new UserError(
      `${first.label} and ${second.label} have no question in common: both must have been evaluated on the same set ` +
        `(${setNames(first)}; ${setNames(second)})`,
    )
  }
  const tested = pairs.map(testPair)
  const adjusted = holm(tested.map(({ p }) => p))
  const differences = tested.map((difference, i) => decided({ ...difference, pAdjusted: adjusted[i]! }))
  return {
    first: first.label,
    second: second.label,
    settings: otherSettings(first.results, second.results),
    differences,
    average: pairs.length === 1 ? null : averageOf(pairs),
  }
}

/** Settings under which the same model would answer, or be graded, differently. */
function otherSettings(first: Results, second: Results): string[] {
  // two GPUs of one machine compute alike
  const flat = ({ settings, model: { dtype, device } }: Results): object => ({
    ...settings,
    dtype,
    device: device.replace(/:.*/, ''),
  })
  const others = new Map<string, unknown>(Object.entries(flat(second)))
  const settings = Object.entries(flat(first)).flatMap(([name, value]) => against(name, value, others.get(name)))
  const graded = first.sets.flatMap(({ name, title, answers }) => {
    const other = second.sets.find((set) => set.name === name)
    return other === undefined ? [] : against(`answers of ${title}`, answers, other.answers)
  })
  return [...settings, ...graded]
}

const against = (name: string, value: unknown, other: unknown): string[] =>
  value === other ? [] : [`${name} ${JSON.stringify(value)} against ${JSON.stringify(other)}`]

const setNames = ({ results }: Contender): string => results.sets.map(({ name }) => name).join(', ')

interface Pair {
  readonly name: string
  readonly title: string
  readonly left: number
  readonly shares: readonly (readonly [number, number])[] // [n] right samples of the first, of the second
}

function pairUp(first: SetResult, second: SetResult): Pair | null {
  const others = new Map(second.items.map(({ key, right }) => [key, right / second.samples]))
  const shares = first.items.flatMap(({ key, right }): [number, number][] => {
    const other = others.get(key)
    return other === undefined ? [] : [[right / first.samples, other]]
  })
  if (shares.length === 0) return null
  const left = first.items.length + second.items.length - 2 * shares.length
  return { name: first.name, title: first.title, left, shares }
}

type Tested = Omit<Difference, 'pAdjusted' | 'verdict'>

function testPair({ name, title, left, shares }: Pair): Tested {
  const n = shares.length
  const [first, second] = [mean(shares.map(([a]) => a)), mean(shares.map(([, b]) => b))]
  const shown = { set: name, title, n, left, first, second, difference: second - first }
  if (shares.flat().every((share) => share === 0 || share === 1)) {
    const counts = countPairs(shares)
    const { onlyFirst, onlySecond } = counts
    const [interval, p] = [newcombeInterval(counts), mcnemarExact(counts)]
    return { ...shown, interval, test: 'mcnemar', onlyFirst, onlySecond, p }
  }
  const differences = [shares.map(([a, b]) => b - a)]
  const [interval, p] = [differenceInterval(differences), signFlipTest(differences)]
  return { ...shown, interval, test: 'sign-flip', onlyFirst: null, onlySecond: null, p }
}

function countPairs(shares: Pair['shares']): PairedCounts {
  const count = (a: number, b: number): number => shares.filter((pair) => pair[0] === a && pair[1] === b).length
  return { both: count(1, 1), onlyFirst: count(1, 0), onlySecond: count(0, 1), neither: count(0, 0) }
}

function averageOf(pairs: readonly Pair[]): Difference {
  const strata = pairs.map(({ shares }) => shares.map(([a, b]) => b - a))
  const over = (side: 0 | 1): number => mean(pairs.map(({ shares }) => mean(shares.map((pair) => pair[side]))))
  const [first, second] = [over(0), over(1)]
  const p = signFlipTest(strata)
  return decided({
    set: 'average',
    title: 'average',
    n: strata.reduce((sum, { length }) => sum + length, 0),
    left: pairs.reduce((sum, { left }) => sum + left, 0),
    first,
    second,
    difference: second - first,
    interval: differenceInterval(strata),
    test: 'sign-flip',
    onlyFirst: null,
    onlySecond: null,
    p,
    pAdjusted: p,
  })
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

function decided(difference: Omit<Difference, 'verdict'>): Difference {
  if (difference.pAdjusted >= 0.05 || difference.difference === 0) return { ...difference, verdict: 'cannot tell' }
  return { ...difference, verdict: difference.difference > 0 ? 'better' : 'worse' }
}

/** "+48.7 (42.6 to 54.2)". */
export const differenceText = ({ difference, interval }: Difference): string =>
  `${difference > 0 ? '+' : ''}${points(difference)} (${range(interval)})`

/** One sentence on one set: better, worse, or cannot tell, and the evidence. */
export function verdictSentence(comparison: Comparison, difference: Difference): string {
  const { first, second } = comparison
  const { title, n, verdict } = difference
  const where = title === 'average' ? 'on the average of the sets' : `on ${title}`
  const shares = `${points(difference.second)} % against ${points(difference.first)} % of ${n} questions`
  const grounds = `a difference of ${differenceText(difference)} points, ${testText(comparison, difference)}`
  const left = difference.left === 0 ? '' : ` ${difference.left} questions that only one of them has are left out.`
  if (verdict !== 'cannot tell') return `${second} is ${verdict} than ${first} ${where}: ${shares}, ${grounds}.${left}`
  return `Cannot tell whether ${second} is better or worse than ${first} ${where}: ${shares}, ${grounds}.${left}`
}

function testText(
  { differences, first, second }: Comparison,
  { test, onlyFirst, onlySecond, p, pAdjusted, set }: Difference,
): string {
  const found =
    test === 'mcnemar'
      ? `${onlySecond} right only by ${second} and ${onlyFirst} only by ${first}, McNemar's exact test ${pText(p)}`
      : `sign-flip test ${pText(p)}`
  if (set === 'average') return `${found}, a separate question, not corrected`
  return differences.length > 1 ? `${found}, ${pText(pAdjusted)} for ${differences.length} sets (Holm)` : found
}

const pText = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(p < 0.01 ? 3 : 2)}`)
