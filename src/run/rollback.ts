import { readdir } from 'node:fs/promises'
import type { TrainModel } from '../model/train-model.ts'
import { loadCheckpoint } from './resume.ts'
import { checkpointFolder, checkpointsFolder, stepOf } from './run-folder.ts'
import { removeCheckpoint } from './save-checkpoint.ts'

/**
 * Restores the model from a checkpoint and removes the later ones: a resumed run continues from there. Logs are
 * unchanged until then.
 */
export async function rollBack(model: TrainModel, run: string, step: number): Promise<void> {
  await loadCheckpoint(model, checkpointFolder(run, step))
  for (const name of await readdir(checkpointsFolder(run))) {
    const later = stepOf(name)
    if (later !== null && later > step) await removeCheckpoint(run, later)
  }
}
