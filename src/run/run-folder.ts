import { existsSync } from 'node:fs'
import { appendFile, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { EvaluationLine } from '../eval/set-figures.ts'
import { fileReason } from '../file-errors.ts'
import { syncPath, writeWhole } from '../files.ts'
import type { StepMetrics } from '../log/metrics.ts'

/** The files of a run. Lines are appended as they arise; a resumed run first removes those after its step. */
export interface RunFolder {
  readonly path: string
  metrics(line: StepMetrics): Promise<void>
  evaluations(lines: readonly EvaluationLine[]): Promise<void>
  instructions(lines: readonly object[]): Promise<void>
  rollouts(step: number, lines: readonly object[]): Promise<void>
  trained(step: number, lines: readonly object[]): Promise<void>
  readMetrics(): Promise<StepMetrics[]>
  readEvaluations(): Promise<EvaluationLine[]>
  /** Waits until every line written so far is on the disk. */
  sync(): Promise<void>
}

export const configFile = (run: string): string => join(run, 'config.yaml')
/** Only where the folder holds several runs, which are compared: it is there before config.yaml. */
export const controlsFile = (out: string): string => join(out, 'controls.json')
/** The seed questions that the run trains with, or writes others like: {"id","text"} per line. */
export const seedsFile = (run: string): string => join(run, 'seeds.jsonl')
export const metricsFile = (run: string): string => join(run, 'metrics.jsonl')
/** Figures on sets of questions, by step. */
export const evaluationsFile = (run: string): string => join(run, 'evaluations.jsonl')
export const instructionsFile = (run: string): string => join(run, 'instructions.jsonl')
export const rolloutsFolder = (run: string): string => join(run, 'rollouts')
/** What each step trained on, with the advantage of every token. */
export const trainedFolder = (run: string): string => join(run, 'trained')
/** A file as it was before this step, where a resumed run has replaced it: config.before-step-7.yaml. */
export const fileBefore = (step: number, file: string): string => file.replace(/(\.\w+)$/, `.before-step-${step}$1`)
export const checkpointsFolder = (run: string): string => join(run, 'checkpoints')
export const heldOutFile = (run: string): string => join(run, 'held-out.jsonl')
/** The held-out questions that had no part in choosing the model; only where the others chose it. */
export const reportingFile = (run: string): string => join(run, 'held-out-reporting.jsonl')
export const outcomeFile = (run: string): string => join(run, 'outcome.json')
/** Where --trace may write within the folder: then the page shows it. */
export const traceFile = (run: string): string => join(run, 'trace.json')
export const finalFolder = (run: string): string => join(run, 'final')
const partialPrefix = '.final-'
/** A final/ being written, or removed. */
export const partialFinal = (run: string): string => join(run, `${partialPrefix}${process.pid}`)

const stepName = (step: number): string => `step-${String(step).padStart(6, '0')}`
export const rolloutsFile = (run: string, step: number): string => join(rolloutsFolder(run), `${stepName(step)}.jsonl`)
export const trainedFile = (run: string, step: number): string => join(trainedFolder(run), `${stepName(step)}.jsonl`)
export const checkpointFolder = (run: string, step: number): string => join(checkpointsFolder(run), stepName(step))

/** The step in a name like step-000012, or null. */
export function stepOf(name: string): number | null {
  const match = /^step-(\d{6,})$/.exec(name)
  return match === null ? null : Number(match[1])
}

export function openRunFolder(path: string): RunFolder {
  const unsynced = new Set<string>()
  const append = async (file: string, lines: readonly object[]): Promise<void> => {
    if (lines.length === 0) return
    unsynced.add(file)
    await appendFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  }
  return {
    path,
    metrics: (line) => append(metricsFile(path), [line]),
    evaluations: (lines) => append(evaluationsFile(path), lines),
    instructions: (lines) => append(instructionsFile(path), lines),
    rollouts: (step, lines) => append(rolloutsFile(path, step), lines),
    trained: (step, lines) => append(trainedFile(path, step), lines),
    readMetrics: async () => (await readLines(metricsFile(path))).map((line) => JSON.parse(line)),
    readEvaluations: async () => (await readLines(evaluationsFile(path))).map((line) => JSON.parse(line)),
    sync: async () => {
      const files = [...unsynced]
      unsynced.clear()
      for (const file of files) await syncPath(file)
      if (files.length > 0)
        for (const folder of [rolloutsFolder(path), trainedFolder(path), path]) await syncPath(folder)
    },
  }
}

/**
 * Makes a new run folder with its config, which comes first: a folder with a config is a run that can be resumed.
 * @throws UserError if the folder holds anything already
 */
export async function createRunFolder(path: string, config: string): Promise<RunFolder> {
  await requireNoRun(path)
  await mkdir(path, { recursive: true })
  await rm(controlsFile(path), { force: true }) // of a run with controls that ended before it had a config
  await writeWhole(configFile(path), config)
  await makeSubfolders(path)
  return openRunFolder(path)
}

/** Makes the folders inside a run's folder. A resumed run calls it too, as it may have died before it had them. */
export async function makeSubfolders(path: string): Promise<void> {
  await mkdir(rolloutsFolder(path), { recursive: true })
  await mkdir(trainedFolder(path), { recursive: true })
  await mkdir(checkpointsFolder(path), { recursive: true })
}

/** What a run leaves that dies while it puts its final/ in place. */
export async function partialFinals(run: string): Promise<string[]> {
  const names = await readdir(run).catch(() => [])
  return names.filter((name) => name.startsWith(partialPrefix)).map((name) => join(run, name))
}

/** Was the run killed after its outcome.json, before its final/ was in place? */
export const endedWithoutFinal = async (run: string): Promise<boolean> =>
  !existsSync(finalFolder(run)) && (await partialFinals(run)).length > 0

/** Why a folder cannot be resumed that has no config.yaml, and which one was probably meant. */
export function noRunText(out: string): string {
  const levels = [dirname(resolve(out)), dirname(dirname(resolve(out)))]
  const run = levels.find((folder) => existsSync(configFile(folder)))
  const advice =
    run === undefined
      ? 'omit --resume to start one there'
      : `did you mean --out ${isAbsolute(out) ? run : relative('.', run) || '.'}?`
  return `--resume: ${out} holds no run (no config.yaml): ${advice}`
}

/** What a run, or one with controls, leaves if it ended before it had a config, or has begun to write by then. */
export const isOwn = (name: string): boolean =>
  name === 'controls.json' || /^(\.lock|\.stop|(config\.yaml|controls\.json|trace\.json)\.tmp-)/.test(name)

/** @throws UserError if there is something at `path` that a new run would overwrite; what is left of none does not count */
export const requireNoRun = (path: string): Promise<void> => requireEmpty(path, isOwn)

/**
 * @param ofRun names that do not count, as a run left them; for a command that can resume one
 * @throws UserError if there is something at `path` that would be overwritten
 */
export async function requireEmpty(path: string, ofRun?: (name: string) => boolean): Promise<void> {
  const all = await readdir(path).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    const reason = error.code === 'ENOTDIR' ? 'is a file, not a folder, or lies in one' : fileReason(error)
    throw new UserError(`--out ${path}: ${reason}; give another --out`)
  })
  const found = all.filter((name) => !ofRun?.(name))
  if (found.length === 0) return
  const resumable =
    ofRun !== undefined && found.includes('config.yaml')
      ? `, or continue the run in it with --resume --out ${path}`
      : ''
  throw new UserError(`--out ${path} is not empty (it holds ${found[0]}): give another folder${resumable}`)
}

/**
 * Takes a run back to the end of `step`: every line and file of a later step goes, and any line cut short.
 * @param measured the last step whose metrics and evaluations stay; one less than `step` where that one is to be evaluated again
 */
export async function truncateRun(path: string, step: number, measured = step): Promise<void> {
  await keepLines(metricsFile(path), measured)
  await keepLines(evaluationsFile(path), measured)
  await keepLines(instructionsFile(path), step)
  for (const folder of [rolloutsFolder(path), trainedFolder(path)]) {
    for (const name of await readdir(folder).catch(() => [])) {
      if ((stepOf(name.replace(/\.jsonl$/, '')) ?? 0) > step) await rm(join(folder, name))
    }
  }
}

async function keepLines(file: string, step: number): Promise<void> {
  const lines = await readLines(file)
  const kept = lines.filter((line) => isWithin(line, step))
  if (kept.length === lines.length && (await endsWhole(file))) return
  await writeWhole(file, kept.map((line) => `${line}\n`).join(''))
}

function isWithin(line: string, step: number): boolean {
  try {
    return (JSON.parse(line) as { step: number }).step <= step
  } catch {
    return false // cut short when the process died
  }
}

const readText = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })

const readLines = async (file: string): Promise<string[]> =>
  (await readText(file)).split('\n').filter((line) => line !== '')

async function endsWhole(file: string): Promise<boolean> {
  const text = await readText(file)
  return text === '' || text.endsWith('\n')
}
