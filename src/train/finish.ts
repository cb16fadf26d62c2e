import type { Config } from '../config/schema.ts'
import type { HeldOutQuestion } from '../eval/read-held-out.ts'
import { selectingHalf } from '../eval/selecting-half.ts'
import type { EvaluationLine } from '../eval/set-figures.ts'
import { writeWhole } from '../files.ts'
import type { StepMetrics } from '../log/metrics.ts'
import { type HeldOutAccuracy, type SelectedBy, writeOutcome } from '../run/outcome-file.ts'
import { reportingFile } from '../run/run-folder.ts'
import { saveFinal } from '../run/save-checkpoint.ts'
import type { TrainContext } from './context.ts'
import { NothingAcceptable } from './nothing-acceptable.ts'
import type { Ended } from './stop.ts'

export interface Outcome extends Ended {
  readonly run: string
  readonly final: string // folder of the trained model
  readonly metrics: readonly StepMetrics[]
  readonly evaluations: readonly EvaluationLine[]
}

/**
 * Turns a search that never found anything to train on into an end: the model is still the one that the run began with.
 * @throws `error` itself, if it is another one
 */
export async function endWithNothing({ folder, reporter }: TrainContext, error: unknown): Promise<Ended> {
  if (!(error instanceof NothingAcceptable)) throw error
  reporter.note(`nothing to train on: ${error.message.split('\n')[0]}`)
  const step = (await folder.readMetrics()).at(-1)?.step ?? 0
  return { stopped: { step, text: error.message, trip: null }, modelOfStep: step, bestNotKept: null, selected: false }
}

/**
 * Writes outcome.json and final/, in this order: where there is a final/, outcome.json is about it. A run that is killed at any
 * point of this can be resumed.
 */
export async function finish(context: TrainContext, ended: Ended): Promise<Outcome> {
  const { config, model, folder, trace } = context
  const metrics = await folder.readMetrics()
  if (ended.selected) await setAside(context)
  const outcome = outcomeOf(ended, metrics, config.checkpoint.final)
  const record = () => writeOutcome(folder.path, outcome)
  const final = await trace.span('final model', () => saveFinal(model, folder.path, record))
  return { run: folder.path, final, metrics, evaluations: await folder.readEvaluations(), ...ended }
}

const outcomeOf = (ended: Ended, metrics: readonly StepMetrics[], final: Config['checkpoint']['final']) => ({
  step: metrics.at(-1)?.step ?? 0,
  modelOfStep: ended.modelOfStep,
  stopped: ended.stopped?.text ?? null,
  selected: ended.selected,
  selectedBy: selectedBy(ended, final),
  heldOut: lastAccuracy(metrics, ended.modelOfStep),
})

/** A guard that goes back takes the best model itself; one that stops leaves the choice to checkpoint.final. */
function selectedBy({ selected, stopped }: Ended, final: Config['checkpoint']['final']): SelectedBy[] {
  if (!selected) return []
  const trip = stopped?.trip ?? null
  const goesBack = trip?.action === 'rollback'
  const isByGuard = goesBack || trip?.guard === 'accuracyDrop'
  return [
    ...(final === 'best' && !goesBack ? (['checkpoint.final'] as const) : []),
    ...(isByGuard ? (['guard'] as const) : []),
  ]
}

function lastAccuracy(metrics: readonly StepMetrics[], modelOfStep: number): HeldOutAccuracy | null {
  const line = metrics.findLast((line) => line.step <= modelOfStep && line['eval.accuracy'] !== null)
  return line === undefined ? null : { accuracy: line['eval.accuracy']!, reporting: line['eval.reporting'] }
}

/** Where held-out questions chose the model, or when to stop: sets aside those that can still judge it. */
async function setAside({ heldOut, folder }: TrainContext): Promise<void> {
  if (heldOut.length < 2) return
  const half = selectingHalf(heldOut.map(({ problem }) => problem))
  const others = heldOut.filter((_, i) => !half[i])
  await writeQuestions(reportingFile(folder.path), others)
}

/** Held-out questions, for other evaluations. */
export const writeQuestions = (file: string, questions: readonly HeldOutQuestion[]): Promise<void> =>
  writeWhole(file, questions.map(({ problem, answer }) => `${JSON.stringify({ problem, answer })}\n`).join(''))
