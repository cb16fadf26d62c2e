import { type Grouping, groupings } from './adapter.ts'
import type { EvalSet } from './eval-set.ts'
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

const countRight = ({ grades }: GradedItem): number => grades.filter(({ right }) => right).length

const shareRight = (item: GradedItem): number => countRight(item) / item.grades.length

const atEach = (ks: readonly number[], values: (k: number) => number[]): Record<string, EstimateAtK> =>
  Object.fromEntries(
    ks.map((k) => {
      const { mean, interval } = estimateAccuracy(values(k))
      return [String(k), { value: mean, interval: [...interval] }]
    }),
  )

/** Questions by the value of one field, where the set has it and not all share one. */
function byGroup(grouping: Grouping, graded: readonly GradedItem[]): [string, Record<string, PartResult>][] {
  const parts = new Map<string, GradedItem[]>()
  for (const item of graded) {
    const value = item.item.groups[grouping] ?? '(none)'
    const part = parts.get(value)
    if (part === undefined) parts.set(value, [item])
    else part.push(item)
  }
  if (parts.size < 2) return []
  const names = [...parts.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const results = names.map((name): [string, PartResult] => {
    const part = parts.get(name)!
    const { mean, interval } = estimateAccuracy(part.map(shareRight), part[0]!.grades.length)
    return [name, { n: part.length, accuracy: mean, interval: [...interval] }]
  })
  return [[grouping, Object.fromEntries(results)]]
}
