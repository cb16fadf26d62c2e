import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import type { StepMetrics } from './metrics.ts'

/** Where a run's files lie. Lines are appended as things happen; a resumed run first cuts what came after its step. */
export interface RunFolder {
  readonly path: string
  metrics(line: StepMetrics): Promise<void>
  instructions(lines: readonly object[]): Promise<void>
  rollouts(step: number, lines: readonly object[]): Promise<void>
  readMetrics(): Promise<StepMetrics[]>
}

export const configFile = (run: string): string => join(run, 'config.yaml')
export const checkpointsFolder = (run: string): string => join(run, 'checkpoints')
export const finalFolder = (run: string): string => join(run, 'final')

const stepName = (step: number): string => `step-${String(step).padStart(6, '0')}`
export const checkpointFolder = (run: string, step: number): string => join(checkpointsFolder(run), stepName(step))

/** The step in a name like step-000012 (with any extension), or null. */
export function stepOf(name: string): number | null {
  const match = /^step-(\d{6,})(\.jsonl)?$/.exec(name)
  return match === null ? null : Number(match[1])
}

export function openRunFolder(path: string): RunFolder {
  const metricsFile = join(path, 'metrics.jsonl')
  return {
    path,
    metrics: (line) => appendLines(metricsFile, [line]),
    instructions: (lines) => appendLines(join(path, 'instructions.jsonl'), lines),
    rollouts: (step, lines) => appendLines(join(path, 'rollouts', `${stepName(step)}.jsonl`), lines),
    readMetrics: async () => (await readLines(metricsFile)).map((line) => JSON.parse(line)),
  }
}

/**
 * Makes a new run folder with its config.
 * @throws UserError if the folder holds anything already
 */
export async function createRunFolder(path: string, config: string): Promise<RunFolder> {
  await requireEmpty(path)
  await mkdir(join(path, 'rollouts'), { recursive: true })
  await mkdir(checkpointsFolder(path), { recursive: true })
  await writeFile(configFile(path), config)
  return openRunFolder(path)
}

/** @throws UserError if there is something at `path` that a run would overwrite. */
export async function requireEmpty(path: string): Promise<void> {
  const found = await readdir(path).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw new UserError(`--out ${path}: ${error.code === 'ENOTDIR' ? 'is a file, not a folder' : error.code}`)
  })
  if (found.length === 0) return
  const resumable = found.includes('config.yaml') ? `, or continue the run in it with --resume --out ${path}` : ''
  throw new UserError(`--out ${path} is not empty (it holds ${found[0]}): give another folder${resumable}`)
}

/** Takes a run back to the end of `step`: every line and file of a later step goes, and any line cut short. */
export async function truncateRun(path: string, step: number): Promise<void> {
  await keepLines(join(path, 'metrics.jsonl'), step)
  await keepLines(join(path, 'instructions.jsonl'), step)
  const rollouts = join(path, 'rollouts')
  for (const name of await readdir(rollouts).catch(() => [])) {
    if ((stepOf(name) ?? 0) > step) await rm(join(rollouts, name))
  }
}

async function keepLines(file: string, step: number): Promise<void> {
  const lines = await readLines(file)
  const kept = lines.filter((line) => isWithin(line, step))
  if (kept.length === lines.length && (await endsWhole(file))) return
  const partial = `${file}.tmp`
  await writeFile(partial, kept.map((line) => `${line}\n`).join(''))
  await rename(partial, file)
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

async function appendLines(file: string, lines: readonly object[]): Promise<void> {
  if (lines.length > 0) await appendFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}
