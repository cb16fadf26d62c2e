import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { checkpointsFolder, stepOf } from './run-folder.ts'
import { removeCheckpoint } from './save-checkpoint.ts'

/**
 * Removes the checkpoints after a step: a resumed run continues from it, or, after step 0, from the beginning. Logs are
 * unchanged until then.
 */
export async function rollBack(run: string, step: number): Promise<void> {
  if (!existsSync(checkpointsFolder(run))) return
  for (const name of await readdir(checkpointsFolder(run))) {
    const later = stepOf(name)
    if (later !== null && later > step) await removeCheckpoint(run, later)
  }
}
