import type { Config } from '../../config/schema.ts'
import { consoleReporter } from '../../log/console.ts'
import type { MemoryPlan } from '../../memory/memory-plan.ts'
import type { DescribedModel } from '../../model/open-model.ts'
import { openAnswerChecker } from '../../reward/open-answer-checker.ts'
import { isLive } from '../../terminal/live-region.ts'
import type { Trace } from '../../trace/trace.ts'
import type { StartOptions } from '../../train/start.ts'
import { announcement } from './announcement.ts'
import type { TrainFlags } from './flags.ts'
import { memoryNotice } from './memory-notice.ts'
import { openForTraining } from './open-for-training.ts'

type RunTools = Required<
  Pick<StartOptions, 'reporter' | 'trace' | 'signal' | 'openModel' | 'openChecker' | 'whenChecked'>
>

/** What one run or several need besides settings and folder. The memory plan is said before the first model opens. */
export function runTools(
  described: DescribedModel,
  plan: MemoryPlan,
  { train, guard }: Pick<Config, 'train' | 'guard'>,
  flags: TrainFlags,
  { trace, signal }: { readonly trace: Trace; readonly signal: AbortSignal },
): RunTools {
  const { json = false, quiet = false } = flags
  const sayPlan = memoryNotice(plan, flags)
  const reporter = consoleReporter({ json, quiet, steps: train.steps * train.iterations, guard })
  const onProgress = (done: number, total: number): void => reporter.progress('loading the model', done, total)
  return {
    reporter,
    trace,
    signal,
    openModel: (chosen, reference) => {
      sayPlan()
      return openForTraining(described, trace, onProgress)(chosen, reference)
    },
    openChecker: openAnswerChecker,
    whenChecked: (config, out, { data }) => {
      if (json || quiet || !isLive()) return
      process.stderr.write(announcement({ described, config, plan, out, data }))
    },
  }
}
