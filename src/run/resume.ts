import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { readSafetensorsHeader } from '../model/safetensors.ts'
import type { TrainModel } from '../model/train-model.ts'
import { checkpointFolder, checkpointsFolder, makeSubfolders, stepOf, truncateRun } from './run-folder.ts'
import { hasReference, optimizerFile, referenceFile, removeOld, stateFile } from './save-checkpoint.ts'
import { decodeState, type TrainState } from './train-state.ts'

/** The newest checkpoint's step, or null. Folders under another name are unfinished ones. */
export async function newestCheckpoint(run: string): Promise<number | null> {
  const names = await readdir(checkpointsFolder(run)).catch(() => [])
  const steps = names.flatMap((name) => stepOf(name) ?? [])
  return steps.length === 0 ? null : Math.max(...steps)
}

/**
 * Puts the run back to its newest checkpoint: weights, optimizer state and training state are loaded, the logs are cut
 * to that step, checkpoints unfinished or beyond `keep` are removed. The engine must have been opened on the run's base model, whose
 * weights stay the KL reference until an iteration has set another, which is then in the checkpoint.
 * @returns null where the run died before its first checkpoint: it starts again, from the beginning
 * @throws UserError if the checkpoint cannot be used; the logs are as they were
 */
export async function resumeRun(model: TrainModel, run: string, keep: number): Promise<TrainState | null> {
  await removeUnfinished(run)
  const step = await newestCheckpoint(run)
  const state = step === null ? null : await loadRun(model, checkpointFolder(run, step))
  await makeSubfolders(run)
  if (state !== null) await removeOld(run, keep, state.guard.best?.step ?? null)
  // a step stopped in its evaluation gets its line when that is done, even if an earlier resume wrote one
  if (step !== null && state?.openLine !== null) await truncateRun(run, step, step - 1)
  else await truncateRun(run, step ?? -1)
  return state
}

async function loadRun(model: TrainModel, folder: string): Promise<TrainState> {
  const state = await readState(folder)
  if (state.iteration.index > 0 && hasReference(model) && !existsSync(referenceFile(folder))) {
    throw new UserError(
      `${folder} holds no reference weights, and its iteration is not the first: the run kept none ` +
        '(kl.coef = 0, kl.monitor = false); resume with the same',
    )
  }
  await loadCheckpoint(model, folder)
  return state
}

/** Weights and optimizer state of a checkpoint, and the reference where it is not the base model. */
export async function loadCheckpoint(model: TrainModel, folder: string): Promise<void> {
  await model.engine.importTensors(await model.readWeights(folder))
  await model.engine.importTensors(await readSafetensorsHeader(optimizerFile(folder)))
  const reference = referenceFile(folder)
  if (existsSync(reference) && hasReference(model)) {
    await model.engine.importTensors(await readSafetensorsHeader(reference))
  }
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

/** Checkpoints half written or half removed, and a final/ that did not get its name. */
async function removeUnfinished(run: string): Promise<void> {
  for (const [folder, prefix] of [
    [checkpointsFolder(run), '.partial-'],
    [run, '.final-'],
  ] as const) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (name.startsWith(prefix)) await rm(join(folder, name), { recursive: true, force: true })
    }
  }
}
