import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UserError } from '../errors.ts'
import { isNoSpace, syncFolder, syncPath, writeWhole } from '../files.ts'
import { safetensorsHeader } from '../model/safetensors.ts'
import type { TrainModel } from '../model/train-model.ts'
import { checkpointFolder, checkpointsFolder, finalFolder, partialFinal, type RunFolder, stepOf } from './run-folder.ts'
import { encodeState, type TrainState } from './train-state.ts'

export const stateFile = (checkpoint: string): string => join(checkpoint, 'trainer', 'state.json')
export const optimizerFile = (checkpoint: string): string => join(checkpoint, 'trainer', 'optimizer.safetensors')
export const referenceFile = (checkpoint: string): string => join(checkpoint, 'trainer', 'reference.safetensors')

export const hasReference = (model: TrainModel): boolean => model.engine.memory().referenceBytes > 0

/** Names of the optimizer's tensors: two moments, and float32 masters where the weights are bfloat16. */
export function optimizerTensors(model: TrainModel): { name: string; shape: readonly number[] }[] {
  const kinds = model.engine.info.dtype === 'bfloat16' ? ['exp_avg', 'exp_avg_sq', 'master'] : ['exp_avg', 'exp_avg_sq']
  return kinds.flatMap((kind) =>
    model.engine.info.tensorNames.map((name) => ({ name: `${kind}/${name}`, shape: model.shapes.get(name)! })),
  )
}

/**
 * Writes checkpoints/step-NNNNNN: HuggingFace files, and trainer/ with what resuming needs. It is written under
 * another name, synced, and renamed last, so that a folder of that name is always whole, and so are the logs up to it.
 * A second checkpoint of one step has the same weights: its state alone is replaced. Older ones beyond
 * `keep` are removed, except for the best.
 * @throws NoSpace
 */
export async function saveCheckpoint(
  model: TrainModel,
  state: TrainState,
  run: RunFolder,
  keep: number,
): Promise<string> {
  const folder = checkpointFolder(run.path, state.step)
  const partial = join(checkpointsFolder(run.path), `.partial-${process.pid}`)
  await orNoSpace(`checkpoint step ${state.step}`, run.path, partial, async () => {
    await run.sync()
    if (existsSync(folder)) return writeWhole(stateFile(folder), encodeState(state))
    await writePartial(model, state, partial)
    await rename(partial, folder)
    await syncPath(dirname(folder))
  })
  await removeOld(run.path, keep, state.guard.best?.step ?? null)
  return folder
}

async function writePartial(model: TrainModel, state: TrainState, partial: string): Promise<void> {
  await rm(partial, { recursive: true, force: true })
  await mkdir(dirname(partial), { recursive: true })
  await model.writeWeights(partial)
  await mkdir(join(partial, 'trainer'))
  await writeOptimizer(model, optimizerFile(partial))
  if (state.iteration.index > 0 && hasReference(model)) await writeReference(model, referenceFile(partial))
  await writeWhole(stateFile(partial), encodeState(state))
  await syncFolder(join(partial, 'trainer'))
  await syncPath(partial)
}

/**
 * Writes final/: the trained model alone. A final/ of an earlier, shorter run is replaced; a run that dies meanwhile
 * writes it again when it is resumed.
 * @param record writes what is known of this model, once an earlier final/ is gone and before the new one is there: a final/ is never
 * beside the record of another
 * @throws NoSpace
 */
export async function saveFinal(model: TrainModel, run: string, record: () => Promise<void>): Promise<string> {
  const folder = finalFolder(run)
  const partial = partialFinal(run)
  await orNoSpace('final/', run, partial, async () => {
    await rm(partial, { recursive: true, force: true })
    await model.writeWeights(partial)
    await removeFinal(run)
    await record()
    await rename(partial, folder)
    await syncPath(run)
  })
  return folder
}

/** Renames final/, where there is one, then removes it: a folder of that name is whole, even if this is interrupted. */
export async function removeFinal(run: string): Promise<void> {
  const folder = finalFolder(run)
  if (!existsSync(folder)) return
  const old = `${partialFinal(run)}-old`
  await rename(folder, old)
  await syncPath(run)
  await rm(old, { recursive: true, force: true })
}

/** The disk is full: nothing more can be saved, but what was saved before is whole. */
export class NoSpace extends UserError {
  constructor(what: string, run: string, cause: unknown) {
    super(`no disk space for ${what} in ${run}: free some, then continue with: npx serl train --resume --out ${run}`, {
      cause,
    })
    this.name = 'NoSpace'
  }
}

/** Partial files are removed, whatever the error. */
async function orNoSpace(what: string, run: string, partial: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw isNoSpace(error) ? new NoSpace(what, run, error) : error
  }
}

async function writeOptimizer(model: TrainModel, path: string): Promise<void> {
  const tensors = optimizerTensors(model)
  const header = safetensorsHeader(tensors.map((tensor) => ({ ...tensor, dtype: 'F32' as const })))
  await model.engine.exportTensors([{ path, header, tensors: tensors.map((tensor) => tensor.name) }])
}

/** The reference of a later iteration, which is no longer the base model. */
async function writeReference(model: TrainModel, path: string): Promise<void> {
  const dtype = model.engine.info.dtype === 'bfloat16' ? 'BF16' : 'F32'
  const tensors = model.engine.info.tensorNames.map((name) => ({
    name: `reference/${name}`,
    dtype: dtype as 'BF16' | 'F32',
    shape: model.shapes.get(name)!,
  }))
  const names = tensors.map((tensor) => tensor.name)
  await model.engine.exportTensors([{ path, header: safetensorsHeader(tensors), tensors: names }])
}

/** Removes all checkpoints but the newest `keep` and the best. */
export async function removeOld(run: string, keep: number, best: number | null): Promise<void> {
  const folder = checkpointsFolder(run)
  const steps = (await readdir(folder)).flatMap((name) => stepOf(name) ?? []).sort((a, b) => b - a)
  const old = steps.slice(keep).filter((step) => step !== best)
  for (const step of old) await removeCheckpoint(run, step)
}

/** Renames a checkpoint, then removes it: a folder that has a checkpoint's name is whole, even if this is interrupted. */
export async function removeCheckpoint(run: string, step: number): Promise<void> {
  const old = join(checkpointsFolder(run), `.partial-old-${step}`)
  await rm(old, { recursive: true, force: true })
  await rename(checkpointFolder(run, step), old)
  await rm(old, { recursive: true, force: true })
}
