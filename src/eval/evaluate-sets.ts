import type { EvalSet } from './eval-set.ts'
import { type GradedItem, gradeSet } from './grade-set.ts'
import type { Results, SetResult } from './results.ts'
import { promptSet, sampleSet } from './sample-set.ts'
import { type EvalModel, type EvalSettings, formatOf, layoutText } from './settings.ts'
import { summarizeSet } from './summarize.ts'

export interface EvaluateSetsOptions {
  readonly cache: string // folder of responses that are known already
  readonly fresh: boolean // do not read them
  readonly rowsPerCall: number // samples that the engine gets at a time
  readonly signal: AbortSignal
  readonly onProgress: (set: EvalSet, done: number, total: number) => void
  /** Called with each set when it is done. */
  readonly onSet: (set: EvalSet, result: SetResult, graded: readonly GradedItem[]) => Promise<void>
}

/**
 * The whole evaluation of one model: prompts, responses, grades, statistics, set by set.
 * @returns null where it was stopped; what is finished is in the cache
 * @throws UserError before weights are loaded, for a question that does not fit the model
 */
export async function evaluateSets(
  model: EvalModel,
  sets: readonly EvalSet[],
  settings: EvalSettings,
  options: EvaluateSetsOptions,
): Promise<Results | null> {
  const results: SetResult[] = []
  for (const prompted of sets.map((set) => promptSet(model, set, settings))) {
    const { set } = prompted
    const onProgress = (done: number, total: number): void => options.onProgress(set, done, total)
    const responses = await sampleSet(model, prompted, settings, { ...options, onProgress })
    if (responses === null) return null
    const graded = await gradeSet(set, responses, formatOf(set, settings))
    const result = summarizeSet(set, graded)
    results.push(result)
    await options.onSet(set, result, graded)
  }
  return {
    version: 1,
    model: { path: model.path, fingerprint: model.fingerprint, device: model.device, dtype: model.dtype },
    settings: { ...settings, layout: layoutText(settings.layout ?? {}) },
    sets: results,
    average: results.reduce((sum, { accuracy }) => sum + accuracy, 0) / results.length,
  }
}
