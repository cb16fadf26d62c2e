import { existsSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { checkpointFolder, checkpointsFolder, finalFolder, stepOf } from '../log/run-folder.ts'
import { safetensorsHeader } from '../model/safetensors.ts'
import type { TrainModel } from '../train/model.ts'
import { encodeState, type TrainState } from '../train/state.ts'

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
 * Writes checkpoints/step-NNNNNN: HuggingFace files, and trainer/ with what a resumed run needs. It is written under
 * another name, synced, and renamed last, so that a folder of that name is always whole. Older ones beyond `keep` go, but for the best.
 */
export async function saveCheckpoint(model: TrainModel, state: TrainState, run: string, keep: number): Promise<string> {
  const folder = checkpointFolder(run, state.step)
  const partial = join(checkpointsFolder(run), `.partial-${process.pid}`)
  await rm(partial, { recursive: true, force: true })
  await mkdir(checkpointsFolder(run), { recursive: true })
  await model.writeWeights(partial)
  await mkdir(join(partial, 'trainer'))
  await writeOptimizer(model, optimizerFile(partial))
  if (state.iteration.index > 0 && hasReference(model)) await writeReference(model, referenceFile(partial))
  await writeSynced(stateFile(partial), encodeState(state))
  await syncPath(join(partial, 'trainer'))
  await syncPath(partial)
  await replaceFolder(partial, folder)
  await syncPath(dirname(folder))
  await removeOld(run, keep, state.guard.best?.step ?? null)
  return folder
}

/** Writes final/: the trained model alone. A final/ of an earlier, shorter run is replaced. */
export async function saveFinal(model: TrainModel, run: string): Promise<string> {
  const folder = finalFolder(run)
  const partial = join(run, `.final-${process.pid}`)
  await rm(partial, { recursive: true, force: true })
  await model.writeWeights(partial)
  await replaceFolder(partial, folder)
  return folder
}

/** A checkpoint saved on Ctrl-C during a step's evaluation is saved again once that is done. */
async function replaceFolder(partial: string, folder: string): Promise<void> {
  const old = `${partial}-old`
  if (existsSync(folder)) await rename(folder, old)
  await rename(partial, folder)
  await rm(old, { recursive: true, force: true })
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

async function removeOld(run: string, keep: number, best: number | null): Promise<void> {
  const folder = checkpointsFolder(run)
  const steps = (await readdir(folder)).flatMap((name) => stepOf(name) ?? []).sort((a, b) => b - a)
  const old = steps.slice(keep).filter((step) => step !== best)
  for (const step of old) await rm(checkpointFolder(run, step), { recursive: true, force: true })
}

async function writeSynced(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w')
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A folder's entries reach the disk when the folder is synced. */
async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
