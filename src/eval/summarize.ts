import { type Grouping, groupings } from './adapter.ts'
import type { EvalItem, EvalSet } from './eval-set.ts'
import type { GradedItem } from './grade-set.ts'
import type { EstimateAtK, PartResult, SetResult } from './results.ts'
import { majorityAtK, passAtK, reportedKs } from './statistics/at-k.ts'
import { estimateAccuracy } from './statistics/intervals.ts'

/** The numbers of one set. */
export function summarizeSet(set: EvalSet, graded: readonly GradedItem[]): SetResult {
  const samples = graded[0]!.responses.length
  const { mean, interval, method } = estimateAccuracy(graded.map(shareRight), samples)
  const responses = graded.flatMap((item) => item.responses)
  const grades = graded.flatMap((item) => item.grades)
  const ks = samples === 1 ? [] : reportedKs(samples)
  return {
    name: set.name,
    title: set.title,
    source: set.source,
    answers: set.kind,
    n: graded.length,
    samples,
    accuracy: mean,
    interval: [...interval],
    intervalMethod: method,
    passAt: atEach(ks, (k) => graded.map((item) => passAtK(samples, countRight(item), k))),
    majorityAt: atEach(ks, (k) => graded.map(({ classes }) => majorityAtK(classes.classes, classes.answerless, k))),
    meanTokens: responses.reduce((sum, { tokens }) => sum + tokens, 0) / responses.length,
    eosRate: responses.filter(({ finishReason }) => finishReason === 'stop').length / responses.length,
    answerless: grades.filter(({ answer }) => answer === null).length / grades.length,
    by: Object.fromEntries(groupings.flatMap((grouping) => byGroup(grouping, graded))),
    items: graded.map((item) => ({ key: item.item.key, id: item.item.id, right: countRight(item) })),
  }
}

export const countRight = ({ grades }: Pick<GradedItem, 'grades'>): number => grades.filter(({ right }) => right).length

export const shareRight = (item: Pick<GradedItem, 'grades'>): number => countRight(item) / item.grades.length

const atEach = (ks: readonly number[], values: (k: number) => number[]): Record<string, EstimateAtK> =>
  Object.fromEntries(
    ks.map((k) => {
      const { mean, interval } = estimateAccuracy(values(k))
      return [String(k), { value: mean, interval: [...interval] }]
    }),
  )

/** Questions by the value of one field, in the order of the values; empty where all share one, or the set has none. */
export function partsOf<Question extends { readonly item: Pick<EvalItem, 'groups'> }>(
  grouping: Grouping,
  graded: readonly Question[],
): [string, Question[]][] {
  const parts = new Map<string, Question[]>()
  for (const item of graded) {
    const value = item.item.groups[grouping] ?? '(none)'
    const part = parts.get(value)
    if (part === undefined) parts.set(value, [item])
    else part.push(item)
  }
  return parts.size < 2 ? [] : [...parts].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
}

function byGroup(grouping: Grouping, graded: readonly GradedItem[]): [string, Record<string, PartResult>][] {
  const results = partsOf(grouping, graded).map(([name, part]): [string, PartResult] => {
    const { mean, interval } = estimateAccuracy(part.map(shareRight), part[0]!.grades.length)
    return [name, { n: part.length, accuracy: mean, interval: [...interval] }]
  })
  return results.length === 0 ? [] : [[grouping, Object.fromEntries(results)]]
}
