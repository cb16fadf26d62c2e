import { existsSync } from 'node:fs'
import { UserError } from '../../errors.ts'
import { percent } from '../../log/percent.ts'
import { findRuns } from '../../run/find-runs.ts'
import { describeRun, type RunSummary } from '../../run/run-state.ts'
import { lookupLock } from '../shared/lookup-lock.ts'
import type { RunsFlags } from './flags.ts'

/** `serl runs [FOLDER]`. */
export async function runsCommand(
  folder: string | undefined,
  { json = false, quiet = false }: RunsFlags,
): Promise<number> {
  if (folder === undefined && !existsSync('runs')) {
    throw new UserError(
      'there is no folder runs here: give the folder that your runs are in, or start one with npx serl train',
    )
  }
  const place = folder ?? 'runs'
  const runs = await Promise.all((await findRuns(place)).map((run) => describeRun(run, lookupLock)))
  if (json) process.stdout.write(`${JSON.stringify({ folder: place, runs })}\n`)
  else if (!quiet) process.stdout.write(runs.length === 0 ? `no runs in ${place}\n` : runsText(runs))
  return 0
}

/** A table; below it, why runs were stopped and what is broken. */
export function runsText(runs: readonly RunSummary[]): string {
  const rows = runs.map(({ run, state, step, steps, accuracy, ageSeconds }) => [
    run,
    state,
    `${step ?? '-'}/${steps ?? '-'}`,
    accuracy === null ? '-' : `${percent(accuracy.best)} (step ${accuracy.step})`,
    ageText(ageSeconds),
  ])
  const table = [['run', 'state', 'step', 'best accuracy', 'age'], ...rows]
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
  const reasons = runs.flatMap(({ run, state, reason }) =>
    reason === null ? [] : [`${run} ${said[state]}: ${reason}`],
  )
  return `${[...lines, ...(reasons.length === 0 ? [] : ['', ...reasons])].join('\n')}\n`
}

const said: Record<RunSummary['state'], string> = {
  running: 'is running',
  finished: 'finished',
  stopped: 'was stopped',
  interrupted: 'was interrupted',
  broken: 'is broken',
}

/** "4 s", "3 min", "2 h", "5 d". */
export function ageText(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`
}
