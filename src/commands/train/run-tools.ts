import type { Config } from '../../config/schema.ts'
import { consoleReporter } from '../../log/console.ts'
import type { MemoryPlan } from '../../memory/memory-plan.ts'
import type { DescribedModel } from '../../model/open-model.ts'
import { openAnswerChecker } from '../../reward/open-answer-checker.ts'
import type { Trace } from '../../trace/trace.ts'
import type { StartOptions } from '../../train/start.ts'
import type { TrainFlags } from './flags.ts'
import { memoryNotice } from './memory-notice.ts'
import { openForTraining } from './open-for-training.ts'

type RunTools = Required<Pick<StartOptions, 'reporter' | 'trace' | 'signal' | 'openModel' | 'openChecker'>>

/** What one run or several need besides settings and folder. The memory plan is said before the first model opens. */
export function runTools(
  described: DescribedModel,
  plan: MemoryPlan,
  { train }: Pick<Config, 'train'>,
  flags: TrainFlags,
  { trace, signal }: { readonly trace: Trace; readonly signal: AbortSignal },
): RunTools {
  const { json = false, quiet = false } = flags
  const sayPlan = memoryNotice(plan, flags)
  return {
    reporter: consoleReporter({ json, quiet, steps: train.steps * train.iterations }),
    trace,
    signal,
    openModel: (chosen, reference) => {
      sayPlan()
      return openForTraining(described, trace)(chosen, reference)
    },
    openChecker: openAnswerChecker,
  }
}
