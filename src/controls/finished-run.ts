import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { type HeldOutAccuracy, readOutcome, type SelectedBy } from '../run/outcome-file.ts'
import { endedWithoutFinal, openRunFolder, outcomeFile } from '../run/run-folder.ts'
import type { PlannedRun } from './plan.ts'

/** What a finished run of an arm came to. */
export interface FinishedRun {
  readonly arm: string
  readonly seed: number
  readonly folder: string // below that of the controls
  readonly step: number // the last one
  readonly modelOfStep: number // that it kept, and that counts
  readonly stopped: string | null // why it ended early; null: it did all its steps
  readonly selected: boolean // whether held-out questions helped to choose its model, or when it stopped
  readonly selectedBy: readonly SelectedBy[] // by what; empty also where that is not known
  readonly before: HeldOutAccuracy // of the base model
  readonly after: HeldOutAccuracy // of the model that it kept
}

/**
 * @param out the folder of the controls
 * @returns null: the run has not finished
 * @throws UserError if its files say nothing of accuracy
 */
export async function readFinished(
  out: string,
  { arm, seed, folder }: Omit<PlannedRun, 'config'>,
): Promise<FinishedRun | null> {
  const run = join(out, folder)
  const outcome = await readOutcome(run)
  if (outcome === null || (await endedWithoutFinal(run))) return null
  const { step, modelOfStep, stopped, selected, selectedBy = [], heldOut: after } = outcome
  const [first] = await openRunFolder(run).readMetrics()
  const accuracy = first?.['eval.accuracy'] ?? null
  if (accuracy === null || !after) {
    throw new UserError(
      `${outcomeFile(run)} and metrics.jsonl have no held-out accuracy before and after training: remove ${run} to ` +
        'train it again',
    )
  }
  const before = { accuracy, reporting: first?.['eval.reporting'] ?? null }
  return { arm, seed, folder, step, modelOfStep, stopped, selected, selectedBy, before, after }
}
