import { createHash } from 'node:crypto'
import { gradeItems } from '../eval/grade-set.ts'
import { selectingHalf } from '../eval/selecting-half.ts'
import { type EvaluationLine, heldOutName } from '../eval/set-figures.ts'
import { share } from '../guard/accuracy-drop.ts'
import type { StepMetrics } from '../log/metrics.ts'
import type { TrainContext } from './context.ts'
import { type EvaluatedSet, evaluateSet } from './evaluate-set.ts'

/** A step's evaluation. */
export interface HeldOutResult {
  readonly measured: Partial<StepMetrics> // on all held-out questions
  readonly lines: readonly EvaluationLine[] // the same in full
  readonly selecting: readonly boolean[] // greedy verdicts of the half that may choose a model
  readonly key: string // of these questions and their answers: verdicts of other ones cannot be compared
}

/**
 * Greedy accuracy on the held-out questions; with eval.samples, avg@k, maj@k and pass@k too.
 * @returns null where there are none
 * @throws Interrupted
 */
export async function evaluateHeldOut(context: TrainContext, step: number): Promise<HeldOutResult | null> {
  const { config, heldOut } = context
  if (heldOut.length === 0) return null
  const greedy = await answered(context, step, { samples: 1, temperature: 0 })
  const { samples, temperature } = config.eval
  const sampled = samples === 0 ? null : (await answered(context, step, { samples, temperature })).line
  const half = selectingHalf(heldOut.map(({ problem }) => problem))
  const chosen = heldOut.filter((_, i) => half[i]).map(({ problem, answer }) => [problem, answer])
  const correct = greedy.graded.map(({ grades }) => grades[0]!.right)
  const reporting = correct.filter((_, i) => !half[i])
  return {
    measured: {
      'eval.accuracy': greedy.line.accuracy,
      'eval.unfinished': greedy.line.unfinished,
      'eval.reporting': reporting.length === 0 ? null : share(reporting),
      'eval.averageAtK': sampled?.accuracy ?? null,
      'eval.majorityAtK': sampled?.majorityAtK ?? null,
      'eval.passAtK': sampled?.passAtK ?? null,
    },
    lines: sampled === null ? [greedy.line] : [greedy.line, sampled],
    selecting: correct.filter((_, i) => half[i]),
    key: createHash('sha256').update(JSON.stringify(chosen)).digest('hex').slice(0, 16),
  }
}

function answered(
  context: TrainContext,
  step: number,
  sampling: { readonly samples: number; readonly temperature: number },
): Promise<EvaluatedSet> {
  const { heldOut, checker } = context
  const format = { ...context.format, fewShot: [] }
  return evaluateSet(context, step, {
    ...sampling,
    name: heldOutName,
    questions: heldOut,
    format,
    stage: 'evaluating',
    grade: (responses) => gradeItems(checker, heldOut, responses, format),
  })
}
