import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readLayers } from '../../config/read-settings.ts'
import { resolveConfig } from '../../config/resolve.ts'
import type { Config } from '../../config/schema.ts'
import { hasControls } from '../../controls/controls-file.ts'
import { UserError } from '../../errors.ts'
import { type Results, readResults } from '../../eval/results.ts'
import type { PromptLayout } from '../../eval/settings.ts'
import { readPromptFormat } from '../../rollout/read-prompt-format.ts'
import { readOutcome } from '../../run/outcome-file.ts'
import { newestCheckpoint } from '../../run/resume.ts'
import { checkpointFolder, configFile, finalFolder, heldOutFile, reportingFile } from '../../run/run-folder.ts'

/** How a run asked questions, and where its held-out questions are. */
export interface TrainingRun {
  readonly config: Config
  readonly heldOut: string | null // file; null: it had none
  readonly layout: PromptLayout // of its questions
  readonly note: string | null // to be said with a verdict on held-out questions
}

/** What an argument of `serl compare` stands for: results, or a model that is still to be evaluated. */
export type Named = Place &
  (
    | { readonly label: string; readonly results: Results }
    | { readonly label: string; readonly model: string; readonly run: TrainingRun | null }
  )

interface Place {
  readonly path: string // as it was named
  readonly part: string // of the run there: " start", " final", " step 8"; else empty
}

/**
 * A results file, a model folder, or a run folder: its starting model and its final one.
 * @throws UserError if it is none of these
 */
export async function readContender(path: string): Promise<Named[]> {
  const found = await stat(path).catch(() => null)
  if (found === null) throw new UserError(`${path}: no such file or folder`)
  const whole = { label: labelOf(path), path, part: '' }
  if (found.isFile()) return [{ ...whole, results: await readResults(path) }]
  if (existsSync(join(path, 'config.json'))) return [{ ...whole, model: path, run: null }]
  if (existsSync(configFile(path))) return readRun(path)
  if (existsSync(join(path, 'results.json'))) {
    return [{ ...whole, results: await readResults(join(path, 'results.json')) }]
  }
  throw new UserError(
    `${path} is not a run (config.yaml), a model (config.json) or results of serl eval (results.json)`,
  )
}

async function readRun(path: string): Promise<Named[]> {
  if (hasControls(path))
    throw new UserError(`${path} holds a run with its controls: name one of the runs in it, ARM/seed-N`)
  const config = resolveConfig(await readLayers(configFile(path)))
  const { prompt, system, specialTokens, examples } = await readPromptFormat(config.rollout)
  const layout = { prompt, system, specialTokens, examples, stop: config.rollout.stop } as PromptLayout
  const run = { config, layout, ...(await heldOutOf(path, config)) }
  const at = (part: string, model: string): Named => ({ label: labelOf(path) + part, path, part, model, run })
  const start = at(' start', config.model.path!)
  if (existsSync(finalFolder(path))) return [start, at(' final', finalFolder(path))]
  const step = await newestCheckpoint(path)
  if (step === null) throw new UserError(`${path}: the run has neither final/ nor a checkpoint yet`)
  return [start, at(` step ${step}`, checkpointFolder(path, step))]
}

/** Where held-out questions chose the model, the questions that it did not look at. */
async function heldOutOf(path: string, config: Config): Promise<Pick<TrainingRun, 'heldOut' | 'note'>> {
  const kept = existsSync(heldOutFile(path)) ? heldOutFile(path) : null
  const all = config.eval.path ?? kept
  if (!(await readOutcome(path))?.selected) return { heldOut: all, note: null }
  const reporting = reportingFile(path)
  if (existsSync(reporting)) {
    const note = `the final model of ${path} was chosen by half of its held-out questions: only the other half can judge it (${reporting})`
    return { heldOut: reporting, note }
  }
  const note = `the final model of ${path} was chosen by its held-out questions, and no others were set aside: on them it looks better than it is`
  return { heldOut: all, note }
}

/** The last `folders` folders of a path, without a results file's ending. */
const labelOf = (path: string, folders = 1): string =>
  resolve(path)
    .split('/')
    .filter(Boolean)
    .slice(-folders)
    .join('/')
    .replace(/\.json$/, '') || path

/** Distinct labels: as much of each path as needed, and numbers where paths are the same. */
export function distinctLabels(named: readonly Named[]): Named[] {
  const longer = named.map((contender) => ({ ...contender, label: distinctLabel(contender, named) }))
  const taken = new Map<string, number>()
  return longer.map((contender) => {
    const times = (taken.get(contender.label) ?? 0) + 1
    taken.set(contender.label, times)
    return times === 1 ? contender : { ...contender, label: `${contender.label} (${times})` }
  })
}

function distinctLabel({ label, path, part }: Named, named: readonly Named[]): string {
  const same = named.filter((other) => other.label === label && resolve(other.path) !== resolve(path))
  const depth = resolve(path).split('/').length
  for (let folders = 1; folders <= depth; folders += 1) {
    const tail = labelOf(path, folders)
    if (same.every((other) => labelOf(other.path, folders) !== tail)) return tail + part
  }
  return resolve(path) + part
}
