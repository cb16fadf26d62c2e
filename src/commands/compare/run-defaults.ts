import { answersOf } from '../../reward/open-answer-checker.ts'
import type { EngineFlags } from '../command-line/engine-flags.ts'
import type { RunReading, RunSettings } from '../eval/eval-settings.ts'
import type { TrainingRun } from './contenders.ts'

/** A run's settings for an evaluation, used where flags give none. */
export interface RunDefaults {
  readonly settings: RunSettings
  readonly reading: RunReading
  readonly engine: Pick<EngineFlags, 'device' | 'dtype'> & { readonly date: string }
}

/**
 * The same settings as in the run's own evaluations, so that the numbers agree.
 * @param isOwn on the run's own held-out questions; other sets keep their suffix and their kind of answers
 */
export function runDefaults({ config, layout, heldOut }: TrainingRun, isOwn: boolean): RunDefaults {
  const { rollout, eval: evaluation, model } = config
  const settings = { template: rollout.template, layout, maxNewTokens: evaluation.maxNewTokens }
  const engine = { device: model.device, dtype: model.dtype, date: rollout.date }
  if (!isOwn) return { settings, reading: {}, engine }
  return {
    settings: { ...settings, suffix: rollout.suffix },
    // what a run wrote itself is whole
    reading: { limit: heldOut === evaluation.path ? evaluation.limit : 0, answers: answersOf(config) },
    engine,
  }
}
