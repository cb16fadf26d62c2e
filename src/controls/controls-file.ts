import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { writeWhole } from '../files.ts'
import { controlsFile } from '../run/run-folder.ts'
import type { Compared } from './difference.ts'
import type { FinishedRun } from './finished-run.ts'
import type { ControlKind } from './kinds.ts'

/** controls.json: what is compared, and the result as far as it is known. */
export interface SavedControls {
  readonly version: 1
  readonly controls: readonly ControlKind[]
  readonly seeds: readonly number[] // run seeds, the same for every arm
  readonly heldOut: number // held-out questions
  readonly runs: readonly FinishedRun[]
  readonly result: Compared | null // null: not every run has finished
}

export const controlsTable = (out: string): string => join(out, 'controls.md')

/** Is it the folder of a run with controls, not of a single run? */
export const hasControls = (out: string): boolean => existsSync(controlsFile(out))

export const writeControls = (out: string, saved: SavedControls): Promise<void> =>
  writeWhole(controlsFile(out), `${JSON.stringify(saved, null, 1)}\n`)

/** @throws UserError if it cannot be read */
export async function readControls(out: string): Promise<SavedControls> {
  const file = controlsFile(out)
  try {
    const saved = JSON.parse(await readFile(file, 'utf8')) as SavedControls
    if (saved.version !== 1) throw new RangeError(`version ${saved.version} is not known`)
    return saved
  } catch (cause) {
    throw new UserError(`${file} cannot be read (${(cause as Error).message}): start again in another --out`, { cause })
  }
}
