import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseYaml } from '../config/yaml.ts'
import { UserError } from '../errors.ts'
import { fileErrorText, isFileError } from '../file-errors.ts'
import type { StepMetrics } from '../log/metrics.ts'
import { readSafetensorsHeader } from '../model/safetensors.ts'
import type { TensorSource } from '../native/types.ts'
import { readOutcome, type SavedOutcome } from './outcome-file.ts'
import { newestCheckpoint, readStored } from './resume.ts'
import { checkpointFolder, configFile, finalFolder, metricsFile, outcomeFile } from './run-folder.ts'
import { holderOf, lockFile, type TryLock } from './run-lock.ts'

/**
 * running: a process works in the folder. finished: it did all its steps. stopped: a guard ended it, or it found nothing more
 * to train on. interrupted: it can be resumed. broken: its files contradict each other, or cannot be read.
 */
export const runStates = ['running', 'finished', 'stopped', 'interrupted', 'broken'] as const

/** A run as its folder shows it. */
export interface RunSummary {
  readonly run: string
  readonly state: (typeof runStates)[number]
  readonly reason: string | null // why it was stopped, or what is broken
  readonly step: number | null // the last finished one; null: none
  readonly steps: number | null // of the whole run; null: unknown
  readonly checkpoint: number | null // step of the newest one
  readonly accuracy: { readonly best: number; readonly step: number } | null // held out, greedy; null: never measured
  readonly ageSeconds: number // since the folder last changed
}

/** What is found in a folder's files. */
interface Found {
  readonly steps: number | null
  readonly lines: readonly StepMetrics[]
  readonly outcome: SavedOutcome | null
  readonly checkpoint: number | null
}

/**
 * The state of the run in a folder. Changes nothing.
 * @param tryLock null: without the kernel's lock
 * @param now ms since 1970
 */
export async function describeRun(
  run: string,
  tryLock: TryLock | null = null,
  now: number = Date.now(),
): Promise<RunSummary> {
  const isHeld = (await holderOf(run, tryLock)) !== null
  const checkpoint = await newestCheckpoint(run)
  const ageSeconds = Math.max(0, (now - (await changedAt(run))) / 1000)
  try {
    const found = { ...(await readRun(run, isHeld)), checkpoint }
    const state = isHeld ? { state: 'running' as const, reason: null } : await stateOf(run, found)
    return { run, ...state, ...figures(found), checkpoint, ageSeconds }
  } catch (error) {
    const reason = error instanceof UserError ? error.message : isFileError(error) ? fileErrorText(error) : null
    if (reason === null) throw error
    const state = isHeld ? ('running' as const) : ('broken' as const)
    return { run, state, reason, step: null, steps: null, accuracy: null, checkpoint, ageSeconds }
  }
}

async function readRun(run: string, isHeld: boolean): Promise<Omit<Found, 'checkpoint'>> {
  if (!existsSync(configFile(run))) {
    if (isHeld) return { steps: null, lines: [], outcome: null } // it begins
    throw new UserError(`${configFile(run)} is missing`)
  }
  return { steps: await stepsOf(configFile(run)), lines: await readMetrics(run), outcome: await outcomeOf(run) }
}

/** Of the whole run. Only this is read: the settings of another version, and its presets, need not be known here. */
async function stepsOf(file: string): Promise<number> {
  const config = parseYaml(await readFile(file, 'utf8'), (line, column) => `${file}:${line}:${column}`)
  const { steps, iterations = 1 } = ((config as { train?: object } | null)?.train ?? {}) as Record<string, unknown>
  if (Number.isInteger(steps) && Number.isInteger(iterations)) return (steps as number) * (iterations as number)
  throw new UserError(`${file} is not the config of a run: it has no train.steps`)
}

async function outcomeOf(run: string): Promise<SavedOutcome | null> {
  try {
    const outcome = await readOutcome(run)
    if (outcome !== null && !Number.isInteger(outcome.step)) throw new SyntaxError('no step')
    return outcome
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new UserError(`${outcomeFile(run)} is not what a run writes: ${cause.message}`, { cause })
  }
}

/** @throws UserError at a line that is broken; the last one may be cut short, by a crash or while it is written */
async function readMetrics(run: string): Promise<StepMetrics[]> {
  const file = metricsFile(run)
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const lines = text.split('\n')
  lines.pop() // empty, or a line cut short
  return lines.map((line, i) => {
    try {
      const parsed = JSON.parse(line) as StepMetrics
      if (!Number.isInteger(parsed?.step)) throw new SyntaxError('no step')
      return parsed
    } catch (cause) {
      throw new UserError(`${file}:${i + 1} is not a line of metrics`, { cause })
    }
  })
}

/** Of a run that no process works on. */
async function stateOf(
  run: string,
  { lines, outcome, checkpoint }: Found,
): Promise<Pick<RunSummary, 'state' | 'reason'>> {
  const broken = (reason: string) => ({ state: 'broken' as const, reason })
  if (checkpoint !== null) {
    const fault = await checkpointFault(run, checkpoint)
    if (fault !== null) return broken(fault)
  }
  const last = lines.at(-1)?.step ?? 0
  if (outcome === null || last > outcome.step) return { state: 'interrupted', reason: null }
  if (!existsSync(join(finalFolder(run), 'config.json'))) return broken(`${finalFolder(run)} holds no model`)
  return outcome.stopped === null
    ? { state: 'finished', reason: null }
    : { state: 'stopped', reason: outcome.stopped.split('\n')[0]! }
}

/** What makes a checkpoint useless to a resumed run; null: nothing that can be seen without reading its tensors. */
async function checkpointFault(run: string, step: number): Promise<string | null> {
  const folder = checkpointFolder(run, step)
  try {
    await readStored(folder, weightsIn, false)
    return null
  } catch (error) {
    if (error instanceof UserError) return error.message.split('\n')[0]!
    if (isFileError(error)) return fileErrorText(error)
    throw error
  }
}

/** The headers of every file of weights. @throws UserError where there is none, or one is cut short */
async function weightsIn(folder: string): Promise<TensorSource[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.safetensors'))
  if (files.length === 0) throw new UserError(`${folder} holds no weights`)
  return (await Promise.all(files.map((name) => readSafetensorsHeader(join(folder, name))))).flat()
}

function figures({ steps, lines }: Found): Pick<RunSummary, 'step' | 'steps' | 'accuracy'> {
  let accuracy: RunSummary['accuracy'] = null
  for (const line of lines) {
    const found = line['eval.accuracy']
    if (found !== null && found !== undefined && found > (accuracy?.best ?? -1))
      accuracy = { best: found, step: line.step }
  }
  return { steps, step: lines.at(-1)?.step ?? null, accuracy }
}

/** ms since 1970; the lock does not count, which a running process touches all the time. */
async function changedAt(run: string): Promise<number> {
  const times = await Promise.all(
    [metricsFile(run), outcomeFile(run), configFile(run)].map((file) =>
      stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  )
  const latest = Math.max(...times)
  return latest > 0 ? latest : ((await stat(lockFile(run)).catch(() => null))?.mtimeMs ?? Date.now())
}
