import type { Config } from '../../config/schema.ts'
import { type DescribedModel, openModel, trainModel } from '../../model/open-model.ts'
import type { ProgressFn } from '../../native/types.ts'
import type { Trace } from '../../trace/trace.ts'
import { tracedEngine } from '../../trace/traced-engine.ts'
import type { StartOptions } from '../../train/start.ts'

/** Loads a model's weights as training uses them; its calls are in the trace. */
export const openForTraining =
  (described: DescribedModel, trace: Trace, onProgress: ProgressFn): StartOptions['openModel'] =>
  async (config, reference) => {
    const settings = {
      ...config.model,
      path: config.model.path!,
      kvCacheGiB: config.model.kvCacheGiB!, // the plan has chosen
      activationCheckpointing: config.update.checkpointing ?? false,
      checkWeights: true,
    }
    const opened = await openModel(described, settings, reference, onProgress)
    return trainModel({ ...opened, engine: tracedEngine(opened.engine, trace) })
  }

/** Files that a run reads. */
export const inputsOf = ({ seeds, eval: evaluation, instruct, filter, reward }: Config): string[] =>
  [
    seeds.path,
    evaluation.path,
    ...evaluation.sets.map(({ path }) => path),
    instruct.module,
    filter.module,
    reward.module,
    reward.scorer,
    reward.mask,
  ].filter((path) => path !== null)
