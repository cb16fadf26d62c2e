import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { UserError } from '../../errors.ts'
import { statusLine } from '../../log/status-line.ts'
import { findRuns } from '../../run/find-runs.ts'
import { configFile } from '../../run/run-folder.ts'
import { holderOf, lockFile } from '../../run/run-lock.ts'
import { describeRun, type RunSummary } from '../../run/run-state.ts'
import { askToStop } from '../../run/stop-request.ts'
import { lookupLock } from '../shared/lookup-lock.ts'
import { shellWord } from '../train/shell-word.ts'
import type { StopFlags } from './flags.ts'

const everyMs = 100

/** `serl stop RUN`. */
export async function stopCommand(run: string, { timeout, json = false, quiet = false }: StopFlags): Promise<number> {
  const holder = await holderOf(run, lookupLock)
  if (holder === null) throw new UserError(await notRunning(run))
  const working = await workingRun(run)
  // an arm in its last step ends by itself: the next one must not begin
  for (const one of new Set([run, working])) await askToStop(one)
  const before = await describeRun(working, lookupLock)
  if (!quiet && !json) process.stderr.write(`asked process ${holder.pid} to end after its step\n`)
  if (!(await isReleased(run, timeout, quiet))) {
    throw new UserError(
      `${run} is still in its step after ${timeout} s (process ${holder.pid} on ${holder.host}). It will save and end after the ` +
        `step: the request stays. Wait longer: npx serl stop ${shellWord(run)} --timeout ${Math.max(600, 10 * timeout)}. To end it ` +
        `now and lose the step: kill ${holder.pid}`,
    )
  }
  const after = await describeRun(working, lookupLock)
  if (json) process.stdout.write(`${JSON.stringify({ ...after, stepBefore: before.step })}\n`)
  else if (!quiet) process.stdout.write(`${whatHappened(run, after)}\n`)
  return 0
}

async function notRunning(run: string): Promise<string> {
  if (!existsSync(configFile(run)) && !existsSync(lockFile(run)))
    return `${run} is not the folder of a run: npx serl runs lists them`
  const [first] = await findRuns(run)
  const state = first === undefined ? 'has not begun' : `is ${(await describeRun(first, lookupLock)).state}`
  return `${run} is not running: it ${state}`
}

/** The arm of a run with controls that trains now; else the run itself. */
async function workingRun(run: string): Promise<string> {
  for (const one of await findRuns(run)) if ((await holderOf(one, lookupLock)) !== null) return one
  return run
}

/** Waits until no process works in the folder; false: the time was up. */
async function isReleased(run: string, timeout: number, quiet: boolean): Promise<boolean> {
  const status = statusLine(quiet)
  const started = performance.now()
  try {
    for (;;) {
      if ((await holderOf(run, lookupLock)) === null) return true
      const seconds = (performance.now() - started) / 1000
      if (seconds >= timeout) return false
      status.show(`waiting for the end of the step (at most ${timeout} s)`, seconds, timeout)
      await setTimeout(everyMs)
    }
  } finally {
    status.clear()
  }
}

function whatHappened(run: string, { state, step, checkpoint, reason }: RunSummary): string {
  const goOn = `Continue with: npx serl train --resume --out ${shellWord(run)}`
  if (state === 'finished') return `${run} finished with step ${step}, its last one`
  if (state === 'stopped') return `${run} ended after step ${step} by itself: ${reason}`
  if (state === 'broken') return `${run} ended, and is broken: ${reason}`
  if (step === null || step === 0 || checkpoint === null) return `${run} ended before its first step was done. ${goOn}`
  if (checkpoint === step) return `${run} stopped after step ${step} and saved it. ${goOn}`
  return `${run} ended after step ${step} without saving it; the newest checkpoint is of step ${checkpoint}. ${goOn}`
}
