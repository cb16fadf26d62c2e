import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { fileReason, isFileError } from '../file-errors.ts'
import { readSafetensorsHeader } from '../model/safetensors.ts'
import type { TrainModel } from '../model/train-model.ts'
import type { TensorSource } from '../native/types.ts'
import {
  checkpointFolder,
  checkpointsFolder,
  makeSubfolders,
  partialFinals,
  stepOf,
  truncateRun,
} from './run-folder.ts'
import { hasReference, optimizerFile, referenceFile, removeOld, stateFile } from './save-checkpoint.ts'
import { decodeState, type TrainState } from './train-state.ts'

/** The newest checkpoint's step, or null. Folders under another name are unfinished ones. */
export async function newestCheckpoint(run: string): Promise<number | null> {
  const names = await readdir(checkpointsFolder(run)).catch(() => [])
  const steps = names.flatMap((name) => stepOf(name) ?? [])
  return steps.length === 0 ? null : Math.max(...steps)
}

/**
 * Restores the run from its newest checkpoint: weights, optimizer state and training state are loaded, the logs are cut
 * to that step, checkpoints unfinished or beyond `keep` are removed. The engine must have been opened on the run's base model, whose
 * weights stay the KL reference until an iteration has set another, which is then in the checkpoint.
 * @returns null if the run died before its first checkpoint: it restarts from the beginning
 * @throws UserError if the checkpoint cannot be used; the logs are unchanged
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

/** A checkpoint on disk, before its tensors are read. */
export interface StoredCheckpoint {
  readonly state: TrainState
  /** Weights, optimizer state, and the reference where it is not the base model. */
  readonly tensors: readonly (readonly TensorSource[])[]
}

/**
 * Reads a checkpoint except for its tensors.
 * @param reference whether the run keeps a reference, for KL
 * @throws UserError if the checkpoint cannot be used
 */
export async function readStored(
  folder: string,
  readWeights: TrainModel['readWeights'],
  reference: boolean,
): Promise<StoredCheckpoint> {
  const state = await readState(folder)
  if (state.iteration.index > 0 && reference && !existsSync(referenceFile(folder))) {
    throw new UserError(
      `${folder} has no reference weights, and its iteration is not the first: the run kept none ` +
        '(kl.coef = 0, kl.monitor = false); resume with the same settings',
    )
  }
  return { state, tensors: await tensorsOf(folder, readWeights, reference) }
}

async function tensorsOf(
  folder: string,
  readWeights: TrainModel['readWeights'],
  reference: boolean,
): Promise<readonly (readonly TensorSource[])[]> {
  const tensors = [await readWeights(folder), await readSafetensorsHeader(optimizerFile(folder))]
  const file = referenceFile(folder)
  return reference && existsSync(file) ? [...tensors, await readSafetensorsHeader(file)] : tensors
}

async function loadRun(model: TrainModel, folder: string): Promise<TrainState> {
  const { state, tensors } = await readStored(folder, model.readWeights, hasReference(model))
  for (const sources of tensors) await model.engine.importTensors(sources)
  return state
}

/** Weights and optimizer state of a checkpoint, and the reference where it is not the base model. */
export async function loadCheckpoint(model: TrainModel, folder: string): Promise<void> {
  for (const sources of await tensorsOf(folder, model.readWeights, hasReference(model))) {
    await model.engine.importTensors(sources)
  }
}

async function readState(folder: string): Promise<TrainState> {
  const file = stateFile(folder)
  try {
    return decodeState(await readFile(file, 'utf8'))
  } catch (cause) {
    const reason = isFileError(cause) ? fileReason(cause) : (cause as Error).message
    throw new UserError(
      `${file} cannot be read (${reason}): remove ${folder} to resume from the checkpoint before it`,
      {
        cause,
      },
    )
  }
}

/** Checkpoints half written or half removed, and a final/ that was not renamed. */
async function removeUnfinished(run: string): Promise<void> {
  const checkpoints = checkpointsFolder(run)
  const names = await readdir(checkpoints).catch(() => [])
  const partial = names.filter((name) => name.startsWith('.partial-')).map((name) => join(checkpoints, name))
  for (const folder of [...partial, ...(await partialFinals(run))]) await rm(folder, { recursive: true, force: true })
}
