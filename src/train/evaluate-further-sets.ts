import { gradeSet } from '../eval/grade-set.ts'
import type { EvaluationLine } from '../eval/set-figures.ts'
import type { TrainState } from '../run/train-state.ts'
import type { TrainContext } from './context.ts'
import { type AskedSet, evaluateSet } from './evaluate-set.ts'
import { due } from './saving.ts'

/**
 * Evaluates the sets of eval.sets that are due after this step.
 * @param isLast of the run: then all are
 * @throws Interrupted
 */
export async function evaluateFurtherSets(
  context: TrainContext,
  state: TrainState,
  isLast: boolean,
): Promise<EvaluationLine[]> {
  const lines: EvaluationLine[] = []
  for (const { set, every, ...asking } of context.furtherSets) {
    if (!isLast && !due(context.config, state, every)) continue
    const asked = {
      ...asking,
      name: set.name,
      questions: set.items,
      stage: `evaluating ${set.name}`,
      grade: (responses) => gradeSet(set, responses, asking.format),
    } satisfies AskedSet
    const evaluate = () => evaluateSet(context, state.step, asked)
    lines.push((await context.trace.span(`evaluation on ${set.name}`, evaluate)).line)
  }
  return lines
}
