import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { AnswerChecker } from '../answers/answer-checker.ts'
import { configChanges } from '../config/changes.ts'
import type { Config } from '../config/schema.ts'
import { configText } from '../config/text.ts'
import { writingIn } from '../file-errors.ts'
import { writeWhole } from '../files.ts'
import { emptyPool } from '../instruct/pool.ts'
import { counted } from '../log/counted.ts'
import type { Reporter } from '../log/reporter.ts'
import type { TrainModel } from '../model/train-model.ts'
import { keepsReference } from '../rl/train-batch.ts'
import { readOutcome } from '../run/outcome-file.ts'
import { resumeRun } from '../run/resume.ts'
import {
  configFile,
  createRunFolder,
  endedWithoutFinal,
  fileBefore,
  heldOutFile,
  openRunFolder,
  requireNoRun,
  seedsFile,
} from '../run/run-folder.ts'
import { lockRun } from '../run/run-lock.ts'
import { forgetStop } from '../run/stop-request.ts'
import { initialState, type TrainState } from '../run/train-state.ts'
import type { Seed } from '../seeds/read-seeds.ts'
import { noTrace, type Trace } from '../trace/trace.ts'
import { type Resumable, resumeText } from './check-resume.ts'
import { type Checked, checkStart, type StartCheck, whenNotWritable } from './check-start.ts'
import type { TrainContext } from './context.ts'
import { endWithNothing, finish, type Outcome, writeQuestions } from './finish.ts'
import { isFinished } from './iteration.ts'
import { knownQuestions } from './known-questions.ts'
import { train } from './loop.ts'
import { openModules } from './open-modules.ts'
import type { Preflight } from './preflight.ts'
import type { Ended } from './stop.ts'

export type { Outcome } from './finish.ts'

export interface StartOptions extends StartCheck {
  readonly preset?: string | null // that it started from, for the record
  readonly reporter: Reporter
  readonly trace?: Trace // default: none
  readonly signal: AbortSignal // aborted: cancel generation, save, stop
  /** Loads the model; `reference`: with frozen weights for KL. */
  readonly openModel: (config: Config, reference: boolean) => Promise<TrainModel>
  readonly openChecker: (config: Config) => Promise<AnswerChecker>
  /** Where nothing is ever found to train on: fail (default) with NothingAcceptable, or end with the model as it is. */
  readonly whenNothing?: 'fail' | 'end'
  /** Told what the run will do, once it is checked and before the model opens. */
  readonly whenChecked?: (config: Config, out: string, checked: Checked) => void
}

/**
 * A whole run: checks what can be checked cheaply, claims the folder, opens the model, trains or resumes, writes final/.
 * @throws UserError, NothingAcceptable, Interrupted
 */
export async function startRun(options: StartOptions): Promise<Outcome> {
  const { out, resume, tryLock = null } = options
  const checked = await checkStart(options)
  return writingIn(out, whenNotWritable(resume), async () => {
    const release = await lockRun(out, tryLock)
    try {
      if (!resume) await requireNoRun(out) // another run may have begun there meanwhile
      await forgetStop(out)
      options.whenChecked?.(options.config, out, checked)
      return await runLocked(options, checked)
    } finally {
      options.reporter.end()
      await forgetStop(out).catch(() => {}) // the lock must go in any case
      await release()
    }
  })
}

async function runLocked(options: StartOptions, { data, resumable }: Checked): Promise<Outcome> {
  const { config, preset, out, signal, reporter, trace = noTrace } = options
  const model = await trace.span('open model', () => options.openModel(config, keepsReference(config)))
  let base: TrainModel | null = null
  const cancel = (): void => {
    model.engine.cancel()
    base?.engine.cancel()
  }
  signal.addEventListener('abort', cancel)
  let checker: AnswerChecker | null = null
  let opened: Awaited<ReturnType<typeof openModules>> | null = null
  try {
    base = await openBase(options)
    checker = await options.openChecker(config)
    opened = await openModules(config)
    const folder = resumable === null ? await createRunFolder(out, configText(config, preset)) : openRunFolder(out)
    const start = resumable === null ? initialState(emptyPool) : await goOn(options, model, resumable)
    const { seeds, format, panel, heldOut, furtherSets, heldOutSeeds, neverTrained } = data
    if (!isFinished(config, start)) await writeSeeds(out, start.step + 1, seeds)
    if (config.eval.holdOut > 0) await writeQuestions(heldOutFile(out), heldOut)
    for (const note of questionNotes(config, data)) reporter.note(note)
    const known = knownQuestions([...seeds, ...heldOutSeeds])
    const context = {
      config,
      model,
      base,
      seeds,
      format,
      panel,
      heldOut,
      furtherSets,
      known,
      neverTrained,
      checker,
      ...opened.modules,
      folder,
      reporter,
      trace,
      signal,
    }
    return await finish(context, await steps(context, start, options.whenNothing ?? 'fail'))
  } finally {
    signal.removeEventListener('abort', cancel)
    await checker?.close()
    await opened?.close()
    await base?.engine.close()
    await model.engine.close()
  }
}

/** The model that the run starts from, in an engine of its own, where its votes are the rewards. */
async function openBase({ config, openModel, trace = noTrace }: StartOptions): Promise<TrainModel | null> {
  if (config.reward.kind !== 'frozen-vote') return null
  return trace.span('open base model', () => openModel(config, false))
}

async function steps(context: TrainContext, start: TrainState, whenNothing: 'fail' | 'end'): Promise<Ended> {
  try {
    return await train(context, start)
  } catch (error) {
    if (whenNothing === 'fail') throw error
    return await endWithNothing(context, error)
  }
}

/** The state of the run's newest checkpoint; config.yaml is replaced with the settings that the run continues with. */
async function goOn(
  { config, preset, out, reporter }: StartOptions,
  model: TrainModel,
  { began }: Resumable,
): Promise<TrainState> {
  const ended = (await endedWithoutFinal(out)) ? null : await readOutcome(out)
  const state = (await resumeRun(model, out, config.checkpoint.keep)) ?? initialState(emptyPool)
  if (ended?.step === state.step) state.stopped = null // it had ended, and shall go on
  reporter.note(resumeText(out, config, { began, state }))
  if (isFinished(config, state)) return state // settings that no step will use are not the run's
  if (configChanges(began, config).length > 0)
    await replaceFrom(state.step + 1, configFile(out), configText(config, preset))
  return state
}

/** The old one is kept; if there is already one for this step, nothing ran with those in between. */
async function replaceFrom(step: number, file: string, text: string): Promise<void> {
  const old = fileBefore(step, file)
  if (!existsSync(old)) await writeWhole(old, await readFile(file, 'utf8'))
  await writeWhole(file, text)
}

/** What the ids in instructions.jsonl stand for. */
async function writeSeeds(out: string, step: number, seeds: readonly Seed[]): Promise<void> {
  const file = seedsFile(out)
  const lines = seeds.map(({ id, text }) => `${JSON.stringify({ id, text })}\n`).join('')
  const before = await readFile(file, 'utf8').catch(() => null)
  if (before === null) await writeWhole(file, lines)
  else if (before !== lines) await replaceFrom(step, file, lines)
}

/** What became of questions, where it is not what a user would think. */
function questionNotes({ panel: { size } }: Config, { panel, panelSeeds, leftOut }: Preflight): string[] {
  const notes: string[] = []
  if (panelSeeds > 0) {
    notes.push(
      `${counted(panelSeeds, 'seed question')} set aside as the panel, which is never trained on (panel.size=0: none)`,
    )
  }
  if (leftOut > 0)
    notes.push(`${counted(leftOut, 'seed question')} left out: held-out questions or the panel have them, too`)
  if (panel.length === 0 && size > 0) {
    notes.push(
      `no panel: too few held-out questions and seeds (panel.size), so that no guard without labels can end the run`,
    )
  }
  return notes
}
