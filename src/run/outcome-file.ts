import { readFile } from 'node:fs/promises'
import { writeWhole } from '../files.ts'
import { outcomeFile } from './run-folder.ts'

/** outcome.json: how a run ended, beside the model in final/. */
export interface SavedOutcome {
  readonly step: number // the last one
  readonly modelOfStep: number // in final/
  readonly stopped: string | null // why it ended before its last step; null: it did all its steps
  readonly selected: boolean // whether held-out questions helped to choose the model, or when to stop, now or before a resume
  readonly selectedBy?: readonly SelectedBy[] // by what they did; absent in older files
  readonly heldOut?: HeldOutAccuracy | null // of the model in final/; null: never measured; absent in older files
}

/** What chooses a model by held-out questions, or when to stop: a guard, or a run's end without one. */
export type SelectedBy = 'checkpoint.final' | 'guard'

/** Greedy accuracy on held-out questions. */
export interface HeldOutAccuracy {
  readonly accuracy: number // on all of them
  readonly reporting: number | null // on those that may judge a model that the others chose; null: there are none
}

/** Null: the run has not ended yet, or is older than the file. */
export async function readOutcome(run: string): Promise<SavedOutcome | null> {
  const text = await readFile(outcomeFile(run), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as SavedOutcome)
}

/** A run once selected stays so: what it continues from was chosen. */
export async function writeOutcome(
  run: string,
  outcome: SavedOutcome & Required<Pick<SavedOutcome, 'selectedBy'>>,
): Promise<void> {
  const before = await readOutcome(run)
  const selected = outcome.selected || before?.selected === true
  const selectedBy = [...new Set([...(before?.selectedBy ?? []), ...outcome.selectedBy])].sort()
  await writeWhole(outcomeFile(run), `${JSON.stringify({ ...outcome, selected, selectedBy }, null, 1)}\n`)
}
