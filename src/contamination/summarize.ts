import type { EvalSet } from '../eval/eval-set.ts'
import type { GradedItem } from '../eval/grade-set.ts'
import type { PartResult } from '../eval/results.ts'
import { estimateAccuracy, type Interval } from '../eval/statistics/intervals.ts'
import type { TestedItem } from './continue.ts'

/** The figures of a set. Intervals are 95 %. */
export interface SetContamination {
  readonly name: string
  readonly title: string
  readonly source: string
  readonly n: number // questions
  readonly skipped: number // of them, with a rest that is too short
  readonly shortestWords: number | null // in the rests of the tested ones; null: none
  readonly flagged: {
    readonly count: number
    readonly of: number
    readonly share: number
    readonly interval: Interval
  } | null
  readonly rougeL: number | null // mean over the tested ones
  readonly accuracy: PartAccuracy | null // null: not asked
}

/** Accuracy by what the test said of the questions; null: no question in that part. */
export interface PartAccuracy {
  readonly all: PartResult
  readonly flagged: PartResult | null
  readonly clean: PartResult | null
  readonly skipped: PartResult | null
}

/** @param graded [items] the answers to the same questions; null: not asked */
export function summarizeContamination(
  { name, title, source }: EvalSet,
  items: readonly TestedItem[],
  graded: readonly GradedItem[] | null,
): SetContamination {
  const tested = items.filter(({ match }) => match !== null)
  const rouges = tested.flatMap(({ match }) => match!.rougeL ?? [])
  return {
    name,
    title,
    source,
    n: items.length,
    skipped: items.length - tested.length,
    shortestWords: tested.length === 0 ? null : Math.min(...tested.map(({ words }) => words)),
    flagged: flaggedOf(tested),
    rougeL: rouges.length === 0 ? null : rouges.reduce((sum, value) => sum + value, 0) / rouges.length,
    accuracy: graded === null ? null : accuracyOf(items, graded),
  }
}

function flaggedOf(tested: readonly TestedItem[]): SetContamination['flagged'] {
  if (tested.length === 0) return null
  const { mean, interval } = estimateAccuracy(tested.map(({ match }) => Number(match!.exact)))
  return {
    count: tested.filter(({ match }) => match!.exact).length,
    of: tested.length,
    share: mean,
    interval,
  }
}

function accuracyOf(items: readonly TestedItem[], graded: readonly GradedItem[]): PartAccuracy {
  const part = (belongs: (item: TestedItem) => boolean): PartResult | null =>
    partOf(graded.filter((_, i) => belongs(items[i]!)))
  return {
    all: part(() => true)!,
    flagged: part(({ match }) => match?.exact === true),
    clean: part(({ match }) => match?.exact === false),
    skipped: part(({ match }) => match === null),
  }
}

function partOf(graded: readonly GradedItem[]): PartResult | null {
  if (graded.length === 0) return null
  const shares = graded.map(({ grades }) => grades.filter(({ right }) => right).length / grades.length)
  const { mean, interval } = estimateAccuracy(shares, graded[0]!.grades.length)
  return { n: graded.length, accuracy: mean, interval: [...interval] }
}
