import { existsSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { configChanges } from '../config/changes.ts'
import { readLayers } from '../config/read-settings.ts'
import { resolveConfig } from '../config/resolve.ts'
import type { Config } from '../config/schema.ts'
import { configText } from '../config/text.ts'
import { UserError } from '../errors.ts'
import { writingIn } from '../file-errors.ts'
import { writeWhole } from '../files.ts'
import { counted } from '../log/counted.ts'
import { configFile, controlsFile, requireNoRun } from '../run/run-folder.ts'
import { lockRun, requireFree } from '../run/run-lock.ts'
import { forgetStop, isAskedToStop } from '../run/stop-request.ts'
import { noTrace } from '../trace/trace.ts'
import { checkStart, whenNotWritable } from '../train/check-start.ts'
import { Interrupted } from '../train/context.ts'
import { type StartOptions, startRun } from '../train/start.ts'
import { controlsTable, readControls, type SavedControls, writeControls } from './controls-file.ts'
import { compareArms } from './difference.ts'
import { type FinishedRun, readFinished } from './finished-run.ts'
import type { ControlsPlan, PlannedRun } from './plan.ts'
import { controlsMarkdown } from './report.ts'

export interface ControlsOptions extends Omit<StartOptions, 'whenNothing'> {
  readonly config: Config // the run as configured
  readonly plan: ControlsPlan
  readonly out: string // the folder of all runs
  readonly resume: boolean
}

/** A run of the plan, and what there is of it. */
export interface RunState extends PlannedRun {
  readonly begun: boolean
  readonly finished: FinishedRun | null
}

/** What the checks found. */
export interface ControlsCheck {
  readonly states: readonly RunState[]
  readonly heldOut: number | null // held-out questions; null: every run has finished
}

type CheckOptions = Pick<ControlsOptions, 'plan' | 'out' | 'resume' | 'described' | 'tryLock'>

/**
 * Every check that can be made before a weight is loaded, for all runs that are not finished. Writes nothing.
 * @throws UserError
 */
export async function checkControls({
  plan,
  out,
  resume,
  described,
  tryLock = null,
}: CheckOptions): Promise<ControlsCheck> {
  await requireFree(out, tryLock)
  if (!resume) await requireNoRun(out)
  const states: RunState[] = []
  let heldOut: number | null = null
  for (const run of plan.runs) {
    const folder = join(out, run.folder)
    const begun = existsSync(configFile(folder))
    if (begun) await requireSameSettings(folder, run.config)
    const finished = begun ? await readFinished(out, run) : null
    states.push({ ...run, begun, finished })
    if (finished !== null) continue
    const start = { config: run.config, out: folder, resume: begun, described, tryLock }
    const { data } = await naming(plan, run, () => checkStart(start))
    heldOut = data.heldOut.length
    if (heldOut < fewestHeldOut) {
      throw new UserError(
        `--controls: ${counted(heldOut, 'held-out question')} cannot tell arms apart: give at least ${fewestHeldOut} ` +
          '(eval.path, eval.limit, eval.holdOut)',
      )
    }
  }
  return { states, heldOut }
}

// one to choose by and one to judge by
const fewestHeldOut = 2

/** A refusal of a control says which. */
async function naming<T>({ own }: ControlsPlan, { arm }: PlannedRun, check: () => Promise<T>): Promise<T> {
  try {
    return await check()
  } catch (cause) {
    const isOfControl = cause instanceof UserError && arm !== own.name
    throw isOfControl ? new UserError(`--controls ${arm}: ${cause.message}`, { cause }) : cause
  }
}

/** Arms are matched only while nothing but the reward differs. */
async function requireSameSettings(folder: string, planned: Config): Promise<void> {
  const changes = configChanges(planned, resolveConfig(await readLayers(configFile(folder))))
  if (changes.length === 0) return
  throw new UserError(
    `${folder} has other settings than its controls: ${changes.join(', ')}. Runs that differ in more than their reward cannot be ` +
      'compared: remove that folder to train it again, or start again in another --out',
  )
}

/**
 * Trains the runs of a plan one after the other, each in a folder of its own, and compares the arms. Finished runs are not
 * repeated, and one that was stopped is resumed.
 * @throws UserError, Interrupted
 */
export async function runControls(options: ControlsOptions): Promise<SavedControls> {
  const { out, resume, tryLock = null } = options
  const check = await checkControls(options)
  return writingIn(out, whenNotWritable(resume), async () => {
    const release = await lockRun(out, tryLock)
    try {
      if (!resume) await requireNoRun(out) // another one may have begun there meanwhile
      await forgetStop(out)
      return await (resume ? runLocked(options, check) : begin(options, check))
    } finally {
      await forgetStop(out).catch(() => {}) // the lock must go in any case
      await release()
    }
  })
}

/** controls.json comes before config.yaml: a folder with a config alone is a single run. */
async function begin(options: ControlsOptions, check: ControlsCheck): Promise<SavedControls> {
  const { out, plan, config, preset } = options
  try {
    await writeControls(out, withoutResult(plan, check.heldOut!, []))
    await writeWhole(configFile(out), configText(config, preset))
    return await runLocked(options, check)
  } catch (error) {
    await removeUnbegun(options)
    throw error
  }
}

/** Where no run has begun, because the model does not open, there is nothing to resume. */
async function removeUnbegun({ plan, out }: ControlsOptions): Promise<void> {
  if (plan.runs.some(({ folder }) => existsSync(configFile(join(out, folder))))) return
  for (const file of [configFile(out), controlsFile(out)]) await rm(file, { force: true })
  for (const folder of new Set(plan.runs.map(({ folder }) => dirname(join(out, folder))))) {
    await rmdir(folder).catch(() => {}) // was not made
  }
}

const withoutResult = (plan: ControlsPlan, heldOut: number, runs: readonly FinishedRun[]): SavedControls => ({
  version: 1,
  controls: plan.controls.map(({ kind }) => kind),
  seeds: plan.seeds,
  heldOut,
  runs,
  result: null,
})

async function runLocked(options: ControlsOptions, { states, heldOut }: ControlsCheck): Promise<SavedControls> {
  const { plan, out } = options
  const finished = states.flatMap((run) => run.finished ?? [])
  let saved = withoutResult(plan, heldOut ?? (await readControls(out)).heldOut, finished)
  await writeControls(out, saved)
  for (const [i, run] of states.entries()) {
    if (run.finished !== null) continue
    await trainArm(options, run, `${run.arm}, seed ${run.seed} (run ${i + 1} of ${states.length})`)
    saved = { ...saved, runs: [...saved.runs, (await readFinished(out, run))!] }
    await writeControls(out, saved)
  }
  const inOrder = plan.runs.map(({ folder }) => saved.runs.find((run) => run.folder === folder)!)
  const complete = { ...saved, runs: inOrder, result: compareArms(plan, inOrder) }
  await writeControls(out, complete)
  await writeWhole(controlsTable(out), controlsMarkdown(complete))
  return complete
}

async function trainArm(options: ControlsOptions, run: RunState, name: string): Promise<void> {
  const { out, reporter, signal, trace = noTrace } = options
  if (signal.aborted || isAskedToStop(out)) throw new Interrupted()
  reporter.note(name)
  const start = { ...options, config: run.config, out: join(out, run.folder), resume: run.begun }
  await trace.span(name, () => startRun({ ...start, whenNothing: 'end' }))
}
