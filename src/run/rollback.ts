import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { checkpointsFolder, stepOf } from './run-folder.ts'
import { removeCheckpoint, removeFinal } from './save-checkpoint.ts'

/**
 * Removes the checkpoints after a step: a resumed run continues from it, or, after step 0, from the beginning. Logs are
 * unchanged until then. First goes the final/ of an earlier, shorter run: beside no checkpoint at all it would look like what
 * someone kept of a run. Then the newest checkpoint, and so on: a run that dies meanwhile repeats the steps after the
 * newest that is left, and goes back again.
 */
export async function rollBack(run: string, step: number): Promise<void> {
  await removeFinal(run)
  if (!existsSync(checkpointsFolder(run))) return
  const steps = (await readdir(checkpointsFolder(run))).flatMap((name) => stepOf(name) ?? [])
  const later = steps.filter((one) => one > step).sort((a, b) => b - a)
  for (const one of later) await removeCheckpoint(run, one)
}
