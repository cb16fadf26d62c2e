import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { configChanges } from '../config/changes.ts'
import { evaluates } from '../config/evaluation-rules.ts'
import { readLayers } from '../config/read-settings.ts'
import { resolveConfig } from '../config/resolve.ts'
import type { Config } from '../config/schema.ts'
import { UserError } from '../errors.ts'
import { emptyPool } from '../instruct/pool.ts'
import { counted } from '../log/counted.ts'
import { dtypeOf } from '../model/open-model.ts'
import type { DescribedForTraining } from '../model/train-model.ts'
import { keepsReference } from '../rl/train-batch.ts'
import { readOutcome } from '../run/outcome-file.ts'
import { newestCheckpoint, readStored } from '../run/resume.ts'
import { checkpointFolder, configFile, finalFolder, noRunText } from '../run/run-folder.ts'
import { initialState, type TrainState } from '../run/train-state.ts'
import { howToGoOn, isFinished } from './iteration.ts'

/** A run that can be resumed. */
export interface Resumable {
  readonly began: Config // what it had so far
  readonly state: TrainState // of its newest checkpoint; the initial one where it has none
}

interface Asked {
  readonly config: Config // to continue with
  readonly out: string // the run's folder
  readonly described: Pick<DescribedForTraining, 'readWeights'>
}

/**
 * Checks that the run can be resumed with this config and its newest checkpoint read. Reads no tensor, changes nothing.
 * @throws UserError
 */
export async function checkResume({ config, out, described }: Asked): Promise<Resumable> {
  if (!existsSync(configFile(out))) {
    throw new UserError(noRunText(out))
  }
  const newest = await newestCheckpoint(out)
  const wentBack = (await readOutcome(out))?.modelOfStep === 0 // a guard took it back to its base model
  requireSteps(out, newest, wentBack, config)
  const began = resolveConfig(await readLayers(configFile(out)))
  requireSameModel(out, began, config)
  requireSameHeldOut(out, began, config)
  requireSameDtype(out, began, config)
  if (newest === null) return { began, state: initialState(emptyPool) }
  const stored = await readStored(checkpointFolder(out, newest), described.readWeights, keepsReference(config))
  return { began, state: stored.state }
}

/** The note on a resumed or a finished run, with the settings that differ from before. */
export function resumeText(out: string, config: Config, { began, state }: Resumable): string {
  const changes = configChanges(began, config)
  if (isFinished(config, state)) {
    const unused = changes.length === 0 ? '' : ` These settings have no effect: ${changes.join(', ')}.`
    return `${out} is finished: step ${state.step} was its last. ${howToGoOn(config, state)}${unused === '' ? '' : `.${unused}`}`
  }
  const changed = changes.length === 0 ? '' : `, with changed settings: ${changes.join(', ')}`
  return `resuming ${out} after step ${state.step}${changed}`
}

/** Steps of the whole run, where no iteration's budget of questions ends it earlier. */
const mostSteps = ({ train }: Config): number => train.iterations * train.steps

function requireSteps(out: string, newest: number | null, wentBack: boolean, config: Config): void {
  if (newest === null && !wentBack && existsSync(finalFolder(out))) {
    throw new UserError(`--resume: ${out} has a final/ but no checkpoint to continue from`)
  }
  if (newest !== null && newest > mostSteps(config)) {
    throw new UserError(
      `--resume: the run in ${out} has done ${counted(newest, 'step')}, but train.steps = ${config.train.steps} asks for fewer: ` +
        'give at least as many, or more to continue training',
    )
  }
}

function requireSameModel(out: string, began: Config, config: Config): void {
  const [path, newPath] = [began, config].map(({ model }) => resolve(model.path ?? ''))
  if (path !== newPath) {
    throw new UserError(
      `--resume: the run in ${out} started with model.path = ${path}, not ${newPath}: its checkpoints belong to that ` +
        `model. If the folder has moved, write its new path into ${configFile(out)}`,
    )
  }
}

function requireSameDtype(out: string, began: Config, config: Config): void {
  const [dtype, newDtype] = [began, config].map(({ model }) => dtypeOf(model))
  if (dtype !== newDtype) {
    throw new UserError(
      `--resume: the run in ${out} computes in ${dtype}, not ${newDtype} (model.dtype, or what auto means on ` +
        `model.device = ${config.model.device}): continue with --set model.dtype=${dtype}`,
    )
  }
}

/** Held-out seeds must stay held out, and seeds that were trained on are no longer a test. */
function requireSameHeldOut(out: string, began: Config, config: Config): void {
  const drawn = (of: Config): Record<string, number> => ({
    'eval.holdOut': of.eval.holdOut,
    ...(of.eval.holdOut === 0 ? {} : { 'train.seed': of.train.seed }),
    'panel.size': of.panel.path === null && !evaluates(of) ? of.panel.size : 0,
  })
  const [old, now] = [drawn(began), drawn(config)]
  const changed = Object.keys(old).find((key) => now[key] !== old[key])
  if (changed === undefined) return
  throw new UserError(
    `--resume: the run in ${out} started with ${changed} = ${old[changed]}, not ${now[changed]}: it would be ` +
      `evaluated on questions that it has trained on. Continue with --set ${changed}=${old[changed]}, or evaluate ` +
      'on other questions with serl compare --data',
  )
}
