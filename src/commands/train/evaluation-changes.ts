import type { EvaluationLine } from '../../eval/set-figures.ts'
import { isMain, shownFigures } from '../../log/evaluations.ts'
import { percent } from '../../log/percent.ts'
import type { Outcome } from '../../train/start.ts'

/** A set, evaluated in one way: by the first model that was, and by that in final/. */
export interface EvaluationChange {
  readonly set: string
  readonly before: EvaluationLine
  readonly after: EvaluationLine
}

/** Every evaluation of a run, in the order in which they were first made. */
export function evaluationChanges({ evaluations, modelOfStep }: Pick<Outcome, 'evaluations' | 'modelOfStep'>) {
  const changes = new Map<string, EvaluationChange>()
  for (const line of evaluations) {
    const { set, samples, temperature, step } = line
    if (step > modelOfStep) continue
    const key = JSON.stringify([set, samples, temperature])
    changes.set(key, { set, before: changes.get(key)?.before ?? line, after: line })
  }
  return [...changes.values()]
}

/** A table of what the summary does not say otherwise; empty: nothing. */
export function evaluationRows(changes: readonly EvaluationChange[]): string[][] {
  const rows = changes
    .filter(({ before }) => !isMain(before))
    .flatMap(({ set, before, after }) => {
      const values = shownFigures(after).map(({ value }) => percent(value))
      return shownFigures(before).map(({ measure, value }, i) => [
        `${set} ${measure}`.trim(),
        percent(value),
        values[i]!,
      ])
    })
  return rows.length === 0 ? [] : [['evaluation', 'before', 'after'], ...rows]
}
