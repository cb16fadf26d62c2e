import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { checkpointFolder, checkpointsFolder, stepOf, truncateRun } from '../log/run-folder.ts'
import { readSafetensorsHeader } from '../model/safetensors.ts'
import type { TrainModel } from '../train/model.ts'
import { decodeState, type TrainState } from '../train/state.ts'
import { optimizerFile, stateFile } from './save.ts'

/** The newest checkpoint's step, or null. Folders under another name are unfinished ones. */
export async function newestCheckpoint(run: string): Promise<number | null> {
  const names = await readdir(checkpointsFolder(run)).catch(() => [])
  const steps = names.flatMap((name) => stepOf(name) ?? [])
  return steps.length === 0 ? null : Math.max(...steps)
}

/**
 * Puts the run back to its newest checkpoint: weights, optimizer state and training state are loaded, the logs are cut
 * to that step, unfinished checkpoints are removed. The engine must have been opened on the run's base model, whose
 * weights stay the KL reference.
 * @returns null where the run died before its first checkpoint: it starts again, from the beginning
 * @throws UserError if the checkpoint cannot be used
 */
export async function resumeRun(model: TrainModel, run: string): Promise<TrainState | null> {
  await removeUnfinished(run)
  const step = await newestCheckpoint(run)
  await truncateRun(run, step ?? -1)
  if (step === null) return null
  const folder = checkpointFolder(run, step)
  const state = await readState(folder)
  await model.engine.importTensors(await model.readWeights(folder))
  await model.engine.importTensors(await readSafetensorsHeader(optimizerFile(folder)))
  return state
}

async function readState(folder: string): Promise<TrainState> {
  const file = stateFile(folder)
  try {
    return decodeState(await readFile(file, 'utf8'))
  } catch (cause) {
    const reason = (cause as Error).message
    throw new UserError(
      `${file} cannot be read (${reason}): remove ${folder} to resume from the checkpoint before it`,
      {
        cause,
      },
    )
  }
}

async function removeUnfinished(run: string): Promise<void> {
  const folder = checkpointsFolder(run)
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.startsWith('.partial-')) await rm(join(folder, name), { recursive: true, force: true })
  }
}
