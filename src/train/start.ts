import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { AnswerChecker } from '../answers/answer-checker.ts'
import { configChanges } from '../config/changes.ts'
import { readLayers } from '../config/layers.ts'
import { resolveConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { configText } from '../config/text.ts'
import { UserError } from '../errors.ts'
import type { HeldOutQuestion } from '../eval/read-held-out.ts'
import { writeWhole } from '../files.ts'
import { emptyPool } from '../instruct/pool.ts'
import type { StepMetrics } from '../log/metrics.ts'
import type { Reporter } from '../log/reporter.ts'
import { describeForTraining, dtypeOf } from '../model/open-model.ts'
import type { DescribedForTraining, TrainModel } from '../model/train-model.ts'
import { openScorer, type Scorer } from '../reward/scorer/scorer.ts'
import { keepsReference } from '../rl/train-batch.ts'
import { newestCheckpoint, resumeRun } from '../run/resume.ts'
import {
  configFile,
  createRunFolder,
  finalFolder,
  heldOutFile,
  isOwn,
  openRunFolder,
  requireEmpty,
} from '../run/run-folder.ts'
import { lockRun } from '../run/run-lock.ts'
import { saveFinal } from '../run/save-checkpoint.ts'
import { initialState, type TrainState } from '../run/train-state.ts'
import { noTrace, type Trace } from '../trace/trace.ts'
import type { TrainContext } from './context.ts'
import { howToGoOn, isFinished } from './iteration.ts'
import { knownQuestions } from './known-questions.ts'
import { train } from './loop.ts'
import { type Preflight, preflight } from './preflight.ts'
import type { Stopped } from './stop.ts'

export interface StartOptions {
  readonly config: Config
  readonly preset?: string | null // that it started from, for the record
  readonly out: string // the run's folder
  readonly resume: boolean
  readonly reporter: Reporter
  readonly trace?: Trace // default: none
  readonly signal: AbortSignal // aborted: cancel generation, save, stop
  /** What is known of the model before it is loaded; default: read from its folder. */
  readonly describe?: (config: Config) => Promise<DescribedForTraining>
  /** Loads the model; `reference`: with frozen weights for KL. */
  readonly openModel: (config: Config, reference: boolean) => Promise<TrainModel>
  readonly openChecker: (config: Config) => Promise<AnswerChecker>
}

export interface Outcome {
  readonly run: string
  readonly final: string // folder of the trained model
  readonly metrics: readonly StepMetrics[]
  readonly stopped: Stopped | null // by a guard
}

/**
 * A whole run: checks what can be checked cheaply, claims the folder, opens the model, trains or resumes, writes final/.
 * @throws UserError, Interrupted
 */
export async function startRun(options: StartOptions): Promise<Outcome> {
  const { config, out, resume, describe = describeForTraining } = options
  const began = resume ? await requireRun(out, config) : null
  if (!resume) await requireEmpty(out, isOwn)
  const data = await preflight(config, await describe(config))
  const release = await lockRun(out)
  try {
    if (!resume) await requireEmpty(out, isOwn) // another run may have begun there meanwhile
    return await runLocked(options, data, began)
  } finally {
    await release()
  }
}

/** @param began the config of the run that is resumed */
async function runLocked(options: StartOptions, data: Preflight, began: Config | null): Promise<Outcome> {
  const { config, preset, out, signal, reporter, trace = noTrace } = options
  const model = await trace.span('open model', () => options.openModel(config, keepsReference(config)))
  const cancel = (): void => model.engine.cancel()
  signal.addEventListener('abort', cancel)
  let checker: AnswerChecker | null = null
  let scorer: Scorer | null = null
  try {
    checker = await options.openChecker(config)
    scorer = await scorerOf(config)
    const folder = began === null ? await createRunFolder(out, configText(config, preset)) : openRunFolder(out)
    const start = began === null ? initialState(emptyPool) : await goOn(options, model, began)
    const { seeds, heldOut, heldOutSeeds } = data
    if (heldOutSeeds.length > 0) await writeHeldOut(out, heldOut)
    const known = knownQuestions([...seeds, ...heldOutSeeds])
    const context = { config, model, seeds, heldOut, known, checker, scorer, folder, reporter, trace, signal }
    return await finish(context, await train(context, start))
  } finally {
    signal.removeEventListener('abort', cancel)
    await checker?.close()
    await scorer?.close()
    await model.engine.close()
  }
}

/** The state of the run's newest checkpoint; config.yaml becomes what the run goes on with. */
async function goOn(
  { config, preset, out, reporter }: StartOptions,
  model: TrainModel,
  began: Config,
): Promise<TrainState> {
  const state = (await resumeRun(model, out, config.checkpoint.keep)) ?? initialState(emptyPool)
  const changes = configChanges(began, config)
  const changed = changes.length === 0 ? '' : `, with other settings than it began with: ${changes.join(', ')}`
  if (isFinished(config, state)) {
    // settings that nothing will run under are not the run's
    reporter.note(`${out} is finished: step ${state.step} was its last. ${howToGoOn(config, state)}`)
    return state
  }
  reporter.note(`resuming ${out} after step ${state.step}${changed}`)
  if (changes.length > 0) await replaceConfig(out, state.step + 1, configText(config, preset))
  return state
}

/** Steps of the whole run, where no iteration's budget of questions ends it earlier. */
const mostSteps = ({ train }: Config): number => train.iterations * train.steps

/** The old one is kept; where there is one for this step already, nothing ran under those in between. */
async function replaceConfig(out: string, step: number, text: string): Promise<void> {
  const old = join(out, `config.before-step-${step}.yaml`)
  if (!existsSync(old)) await writeWhole(old, await readFile(configFile(out), 'utf8'))
  await writeWhole(configFile(out), text)
}

/** What eval.holdOut took out of training, for other evaluations. */
const writeHeldOut = (out: string, heldOut: readonly HeldOutQuestion[]): Promise<void> =>
  writeWhole(heldOutFile(out), heldOut.map((question) => `${JSON.stringify(question)}\n`).join(''))

async function finish({ model, folder, trace }: TrainContext, stopped: Stopped | null): Promise<Outcome> {
  const final = await trace.span('final model', () => saveFinal(model, folder.path))
  return { run: folder.path, final, metrics: await folder.readMetrics(), stopped }
}

const scorerOf = async ({ reward }: Config): Promise<Scorer | null> =>
  reward.scorer === null ? null : openScorer(reward.scorer, reward.scorerLimitMs)

/** Seeds that were held out must stay so, and those that were trained on are no test any more. */
function requireSameHeldOut(out: string, began: Config, config: Config): void {
  const drawn = ({ eval: { holdOut }, train }: Config): Record<string, number> =>
    holdOut === 0 ? { 'eval.holdOut': 0 } : { 'eval.holdOut': holdOut, 'train.seed': train.seed }
  const [old, now] = [drawn(began), drawn(config)]
  const changed = Object.keys(old).find((key) => now[key] !== old[key])
  if (changed === undefined) return
  throw new UserError(
    `--resume: the run in ${out} began with ${changed} = ${old[changed]}, not ${now[changed]}: it would be ` +
      `evaluated on questions that it has trained on. Go on with --set ${changed}=${old[changed]}, or evaluate ` +
      'on other questions with serl compare --data',
  )
}

/**
 * Can the run be gone on with by this config? Nothing is touched yet.
 * @returns the config it had so far
 */
async function requireRun(out: string, config: Config): Promise<Config> {
  if (!existsSync(configFile(out))) {
    throw new UserError(`--resume: ${out} holds no run (no config.yaml): leave --resume away to start one there`)
  }
  const newest = await newestCheckpoint(out)
  if (newest === null && existsSync(finalFolder(out))) {
    throw new UserError(`--resume: ${out} has a final/ but no checkpoint to go on from`)
  }
  if (newest !== null && newest > mostSteps(config)) {
    throw new UserError(
      `--resume: the run in ${out} has done ${newest} steps, train.steps = ${config.train.steps} asks for fewer: ` +
        'give at least as many, or more to train on',
    )
  }
  const began = resolveConfig(await readLayers(configFile(out)))
  const [path, newPath] = [began, config].map(({ model }) => resolve(model.path ?? ''))
  if (path !== newPath) {
    throw new UserError(
      `--resume: the run in ${out} began with model.path = ${path}, not ${newPath}: its checkpoints belong to that ` +
        `model. If the folder has moved, write its new place into ${configFile(out)}`,
    )
  }
  requireSameHeldOut(out, began, config)
  const [dtype, newDtype] = [began, config].map(({ model }) => dtypeOf(model))
  if (dtype !== newDtype) {
    throw new UserError(
      `--resume: the run in ${out} computes in ${dtype}, not ${newDtype} (model.dtype, or what auto means on ` +
        `model.device = ${config.model.device}): go on with --set model.dtype=${dtype}`,
    )
  }
  return began
}
