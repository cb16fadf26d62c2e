import { createHash } from 'node:crypto'
import { evaluate } from '../eval/evaluate.ts'
import { selectingHalf } from '../eval/selecting-half.ts'
import type { StepMetrics } from '../log/metrics.ts'
import { stopIfAsked, type TrainContext } from './context.ts'

/** A step's evaluation. */
export interface HeldOutResult {
  readonly measured: Partial<StepMetrics> // on all held-out questions
  readonly selecting: readonly boolean[] // verdicts of the half that may choose a model
  readonly key: string // of these questions and their answers: verdicts of other ones cannot be compared
}

/**
 * Greedy accuracy on the held-out questions.
 * @returns null where there are none
 * @throws Interrupted
 */
export async function evaluateHeldOut(context: TrainContext): Promise<HeldOutResult | null> {
  const { config, model, checker, format, heldOut, reporter } = context
  if (heldOut.length === 0) return null
  stopIfAsked(context)
  const { stopTokens, maxPositions } = model
  const stopTexts = config.rollout.stop
  const params = { format, maxNewTokens: config.eval.maxNewTokens, stopTokens, stopTexts, maxPositions }
  const progress = (done: number, total: number): void => reporter.progress('evaluating', done, total)
  const { accuracy, correct, unfinished, n } = await evaluate({ ...model, checker }, heldOut, params, progress)
  stopIfAsked(context)
  const half = selectingHalf(heldOut.map(({ problem }) => problem))
  const chosen = heldOut.filter((_, i) => half[i]).map(({ problem, answer }) => [problem, answer])
  return {
    measured: { 'eval.accuracy': accuracy, 'eval.unfinished': unfinished / n },
    selecting: correct.filter((_, i) => half[i]),
    key: createHash('sha256').update(JSON.stringify(chosen)).digest('hex').slice(0, 16),
  }
}
