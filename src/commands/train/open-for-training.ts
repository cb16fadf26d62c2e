import { presetNames } from '../../config/read-settings.ts'
import { type Config, pathKeys } from '../../config/schema.ts'
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

/**
 * Files that a run reads, without those of the model's folder.
 * @param source the config, as named on the command line; a preset's name is no file
 */
export const inputsOf = (config: Config, source?: string): string[] => [
  ...pathKeys.flatMap((key) => (key === 'model.path' ? [] : (pathAt(config, key) ?? []))),
  ...config.eval.sets.map(({ path }) => path),
  ...(source === undefined || presetNames().includes(source) ? [] : [source]),
]

function pathAt(config: Config, key: (typeof pathKeys)[number]): string | null {
  const [group, name] = key.split('.') as [keyof Config, string]
  return (config[group] as Readonly<Record<string, unknown>>)[name] as string | null
}
