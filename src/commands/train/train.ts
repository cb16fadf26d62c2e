import { existsSync } from 'node:fs'
import { requirePaths } from '../../config/check.ts'
import { resolveConfig } from '../../config/resolve.ts'
import { UserError } from '../../errors.ts'
import { trainingPlan } from '../../memory/device-memory.ts'
import { type MemoryPlan, withChosen } from '../../memory/memory-plan.ts'
import { type DescribedModel, describeForTraining, describeModel } from '../../model/open-model.ts'
import { kernelLock } from '../../native/binding.ts'
import { configFile } from '../../run/run-folder.ts'
import { withTraceFile } from '../../trace/trace-file.ts'
import { Interrupted } from '../../train/context.ts'
import { NothingAcceptable } from '../../train/nothing-acceptable.ts'
import { type StartOptions, startRun } from '../../train/start.ts'
import { flagLayers } from '../command-line/given-settings.ts'
import { warnOfEos } from '../shared/eos-notice.ts'
import { interruptSignal } from '../shared/interrupt.ts'
import { configBase } from './config-base.ts'
import { controlsCommand, wantsControls } from './controls.ts'
import { withDashboard } from './dashboard.ts'
import { dryRun } from './dry-run.ts'
import type { TrainFlags } from './flags.ts'
import { inputsOf } from './open-for-training.ts'
import { freeRunFolder, runName } from './run-name.ts'
import { runTools } from './run-tools.ts'
import { shellWord } from './shell-word.ts'
import { summaryJson, summaryText } from './summary.ts'

/** `serl train [CONFIG]`. */
export async function trainCommand(source: string | undefined, flags: TrainFlags): Promise<number> {
  const resume = flags.resume ?? false
  if (resume && flags.out === undefined)
    throw new UserError('--resume needs --out RUN: the folder of the run to continue')
  const base = await configBase(source, flags)
  const asked = resolveConfig([...base.layers, ...flagLayers(flags)])
  if (wantsControls(flags)) return controlsCommand(source, flags, base.preset, asked)
  const described = await describeModel(requirePaths(asked).model, asked.rollout.date)
  warnOfEos(described, flags)
  const plan = trainingPlan(described, asked)
  const config = withChosen(asked, plan.chosen)
  const out = flags.out ?? freeRunFolder(runName(source))
  const start = { config, out, resume, described: describeForTraining(described), tryLock: kernelLock }
  const inputs = inputsOf(config, source)
  if (flags.dryRun) return dryRun({ start, asked, plan, inputs }, flags)
  return withDashboard([out], flags, () => trainOne({ start, preset: base.preset, described, plan, inputs }, flags))
}

interface PlannedRun {
  readonly start: Pick<StartOptions, 'config' | 'out' | 'resume' | 'described' | 'tryLock'>
  readonly preset: string | null
  readonly described: DescribedModel
  readonly plan: MemoryPlan
  readonly inputs: readonly string[] // files that the run reads
}

async function trainOne({ start, preset, described, plan, inputs }: PlannedRun, flags: TrainFlags): Promise<number> {
  const { config, out } = start
  const { json = false, quiet = false } = flags
  const interrupt = interruptSignal('stopping: the last completed step will be saved')
  try {
    const outcome = await withTraceFile(flags.trace, { processName: 'serl train', inputs }, (trace) =>
      startRun({
        ...start,
        preset,
        ...runTools(described, plan, config, flags, { trace, signal: interrupt.signal }),
      }),
    )
    const memory = { plannedBytes: plan.totalBytes, peakBytes: process.resourceUsage().maxRSS * 1024 }
    if (json) process.stdout.write(`${JSON.stringify({ ...summaryJson(outcome), memory })}\n`)
    else if (!quiet) process.stdout.write(summaryText(outcome, config))
    return 0
  } catch (error) {
    const goOn = `npx serl train --resume --out ${shellWord(out)}`
    if (error instanceof NothingAcceptable && existsSync(configFile(out))) {
      throw new UserError(
        `${error.message}.\nThe run is in ${out}. Continue it, for instance: ${goOn} --set GROUP.KEY=VALUE`,
      )
    }
    if (!(error instanceof Interrupted)) throw error
    if (!quiet) process.stderr.write(`stopped. Continue with: ${goOn}\n`)
    return 130
  } finally {
    interrupt.release()
  }
}
