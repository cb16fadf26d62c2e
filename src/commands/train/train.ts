import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { requirePaths } from '../../config/check.ts'
import { resolveConfig } from '../../config/resolve.ts'
import type { Config } from '../../config/schema.ts'
import { UserError } from '../../errors.ts'
import { consoleReporter } from '../../log/console.ts'
import { trainingPlan } from '../../memory/device-memory.ts'
import { memoryText, withChosen } from '../../memory/memory-plan.ts'
import {
  type DescribedModel,
  describeForTraining,
  describeModel,
  openModel,
  trainModel,
} from '../../model/open-model.ts'
import { openAnswerChecker } from '../../reward/open-answer-checker.ts'
import { configFile } from '../../run/run-folder.ts'
import type { Trace } from '../../trace/trace.ts'
import { withTraceFile } from '../../trace/trace-file.ts'
import { tracedEngine } from '../../trace/traced-engine.ts'
import { Interrupted } from '../../train/context.ts'
import { NothingAcceptable } from '../../train/nothing-acceptable.ts'
import { startRun } from '../../train/start.ts'
import { flagLayers } from '../command-line/given-settings.ts'
import { interruptSignal } from '../shared/interrupt.ts'
import { configBase } from './config-base.ts'
import { dryRun } from './dry-run.ts'
import type { TrainFlags } from './flags.ts'
import { shellWord } from './shell-word.ts'
import { summaryJson, summaryText } from './summary.ts'

/** `serl train [CONFIG]`. */
export async function trainCommand(source: string | undefined, flags: TrainFlags): Promise<number> {
  const resume = flags.resume ?? false
  if (resume && flags.out === undefined)
    throw new UserError('--resume needs --out RUN: the folder of the run to continue')
  const base = await configBase(source, flags)
  const asked = resolveConfig([...base.layers, ...flagLayers(flags)])
  const described = await describeModel(requirePaths(asked).model)
  const plan = trainingPlan(described, asked)
  const config = withChosen(asked, plan.chosen)
  const out = flags.out ?? freeRunFolder(runName(source))
  const start = { config, out, resume, described: describeForTraining(described) }
  if (flags.dryRun) return dryRun({ start, asked, plan, inputs: inputsOf(config) }, flags)
  const { json = false, quiet = false } = flags
  let isSaid = json || quiet
  const sayPlan = (): void => {
    if (!isSaid) process.stderr.write(`memory plan\n${memoryText(plan).replaceAll(/^/gm, '  ')}\n`)
    isSaid = true
  }
  const interrupt = interruptSignal('stopping: the last completed step will be saved')
  try {
    const outcome = await withTraceFile(flags.trace, { processName: 'serl train', inputs: inputsOf(config) }, (trace) =>
      startRun({
        ...start,
        preset: base.preset,
        reporter: consoleReporter({ json, quiet, steps: config.train.steps * config.train.iterations }),
        trace,
        signal: interrupt.signal,
        openModel: (chosen, reference) => {
          sayPlan() // a refused run says why, and nothing else
          return openForTraining(described, trace)(chosen, reference)
        },
        openChecker: openAnswerChecker,
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

const openForTraining = (described: DescribedModel, trace: Trace) => async (config: Config, reference: boolean) => {
  const settings = {
    ...config.model,
    path: config.model.path!,
    kvCacheGiB: config.model.kvCacheGiB!, // the plan has chosen
    activationCheckpointing: config.update.checkpointing ?? false,
    checkWeights: true,
  }
  const opened = await openModel(described, settings, reference)
  return trainModel({ ...opened, engine: tracedEngine(opened.engine, trace) })
}

/** Files that a run reads. */
const inputsOf = ({ seeds, eval: evaluation, instruct, filter, reward }: Config): string[] =>
  [
    seeds.path,
    evaluation.path,
    ...evaluation.sets.map(({ path }) => path),
    instruct.module,
    filter.module,
    reward.module,
    reward.scorer,
    reward.mask,
  ].filter(
    (path) => path !== null,
  )

/** A run's name: that of its preset or config file. */
export const runName = (source = 'demo'): string => basename(source).replace(/\.ya?ml$/, '')

/** runs/NAME-1, or the first number that is not taken. */
function freeRunFolder(name: string): string {
  let n = 1
  while (existsSync(join('runs', `${name}-${n}`))) n++
  return join('runs', `${name}-${n}`)
}
