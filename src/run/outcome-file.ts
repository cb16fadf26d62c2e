import { readFile } from 'node:fs/promises'
import { writeWhole } from '../files.ts'
import { outcomeFile } from './run-folder.ts'

/** outcome.json: how a run ended, beside the model in final/. */
export interface SavedOutcome {
  readonly step: number // the last one
  readonly modelOfStep: number // in final/
  readonly stopped: string | null // why it ended before its last step; null: it did all its steps
  readonly selected: boolean // whether held-out questions helped to choose the model, now or before a resume
  readonly heldOut?: HeldOutAccuracy | null // of the model in final/; null: never measured; absent in older files
}

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
export async function writeOutcome(run: string, outcome: SavedOutcome): Promise<void> {
  const selected = outcome.selected || (await readOutcome(run))?.selected === true
  await writeWhole(outcomeFile(run), `${JSON.stringify({ ...outcome, selected }, null, 1)}\n`)
}
