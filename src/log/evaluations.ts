import { type EvaluationLine, heldOutName } from '../eval/set-figures.ts'
import { percent } from './percent.ts'

/** A figure that is shown of an evaluation; the rest is in evaluations.jsonl. */
export interface ShownFigure {
  readonly measure: string // "avg@4", "maj@4"; empty: greedy accuracy
  readonly value: number
}

export function shownFigures({ samples, temperature, accuracy, majorityAtK }: EvaluationLine): ShownFigure[] {
  if (temperature === 0) return [{ measure: '', value: accuracy }]
  const average = { measure: `avg@${samples}`, value: accuracy }
  return majorityAtK === null ? [average] : [average, { measure: `maj@${samples}`, value: majorityAtK }]
}

/** Is its accuracy the eval.accuracy of the metrics? */
export const isMain = ({ set, temperature }: EvaluationLine): boolean => set === heldOutName && temperature === 0

/** "held-out avg@4 90.1 %, maj@4 94.0 %; math_500 41.2 %": all but eval.accuracy; empty where there is no more. */
export const evaluationsText = (lines: readonly EvaluationLine[]): string =>
  lines
    .filter((line) => !isMain(line))
    .map((line) => {
      const shown = shownFigures(line).map(({ measure, value }) => `${measure} ${percent(value)}`.trim())
      return `${line.set} ${shown.join(', ')}`
    })
    .join('; ')
