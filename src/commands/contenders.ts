import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { newestCheckpoint } from '../checkpoint/resume.ts'
import { readLayers } from '../config/layers.ts'
import { resolveConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { UserError } from '../errors.ts'
import { type Results, readResults } from '../eval/results.ts'
import { checkpointFolder, configFile, finalFolder, heldOutFile } from '../log/run-folder.ts'

/** How a run asked and where its held-out questions are. */
export interface TrainingRun {
  readonly config: Config
  readonly heldOut: string | null // file; null: it had none
}

/** What an argument of `serl compare` stands for: results, or a model that is still to be evaluated. */
export type Named =
  | { readonly label: string; readonly results: Results }
  | { readonly label: string; readonly model: string; readonly run: TrainingRun | null }

/**
 * A results file, a model folder, or a run folder: its starting model and its final one.
 * @throws UserError if it is none of these
 */
export async function readContender(path: string): Promise<Named[]> {
  const found = await stat(path).catch(() => null)
  if (found === null) throw new UserError(`${path}: there is no such file or folder`)
  if (found.isFile()) return [{ label: labelOf(path), results: await readResults(path) }]
  if (existsSync(join(path, 'config.json'))) return [{ label: labelOf(path), model: path, run: null }]
  if (existsSync(configFile(path))) return readRun(path)
  if (existsSync(join(path, 'results.json'))) {
    return [{ label: labelOf(path), results: await readResults(join(path, 'results.json')) }]
  }
  throw new UserError(
    `${path} is no run (config.yaml), no model (config.json) and no results of serl eval (results.json)`,
  )
}

async function readRun(path: string): Promise<Named[]> {
  const config = resolveConfig(await readLayers(configFile(path)))
  const kept = existsSync(heldOutFile(path)) ? heldOutFile(path) : null
  const run = { config, heldOut: config.eval.path ?? kept }
  const label = labelOf(path)
  const start = { label: `${label} start`, model: config.model.path!, run }
  if (existsSync(finalFolder(path))) return [start, { label: `${label} final`, model: finalFolder(path), run }]
  const step = await newestCheckpoint(path)
  if (step === null) throw new UserError(`${path}: the run has neither final/ nor a checkpoint yet`)
  return [start, { label: `${label} step ${step}`, model: checkpointFolder(path, step), run }]
}

const labelOf = (path: string): string => basename(path.replace(/\/+$/, '')).replace(/\.json$/, '') || path

/** Labels that tell contenders apart: whole paths, or numbers, where names are the same. */
export function distinctLabels(named: readonly Named[]): Named[] {
  const taken = new Map<string, number>()
  return named.map((contender) => {
    const times = (taken.get(contender.label) ?? 0) + 1
    taken.set(contender.label, times)
    return times === 1 ? contender : { ...contender, label: `${contender.label} (${times})` }
  })
}
