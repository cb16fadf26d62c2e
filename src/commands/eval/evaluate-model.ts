import { cacheFolder } from '../../cache-folder.ts'
import type { EvalSet } from '../../eval/eval-set.ts'
import { evaluateSets } from '../../eval/evaluate-sets.ts'
import type { GradedItem } from '../../eval/grade-set.ts'
import { points, range } from '../../eval/markdown.ts'
import type { Results, SetResult } from '../../eval/results.ts'
import type { EvalSettings } from '../../eval/settings.ts'
import { statusLine } from '../../log/status-line.ts'
import type { EvalFlags } from './flags.ts'
import { openLazily } from './lazy-model.ts'

export interface ModelEvaluation {
  readonly path: string // of the model
  readonly sets: readonly EvalSet[]
  readonly settings: EvalSettings
  readonly signal: AbortSignal
  readonly onSet?: (set: EvalSet, result: SetResult, graded: readonly GradedItem[]) => Promise<void>
}

/**
 * Evaluates the model in a folder; reports on stderr, set by set.
 * @returns null where it was stopped
 */
export async function evaluateModel(evaluation: ModelEvaluation, flags: EvalFlags): Promise<Results | null> {
  const { path, sets, settings, signal } = evaluation
  const { quiet = false } = flags
  const { model, close } = await openLazily(path, flags, signal)
  const status = statusLine(quiet)
  try {
    return await evaluateSets(model, sets, settings, {
      cache: cacheFolder(),
      fresh: flags.fresh ?? false,
      rowsPerCall: flags.batch,
      signal,
      onProgress: (set, done, total) => status.show(set.title, done, total),
      onSet: async (set, result, graded) => {
        status.clear()
        const { title, n, accuracy, interval } = result
        if (!quiet) process.stderr.write(`${path}  ${title}  ${points(accuracy)} % (${range(interval)}), n ${n}\n`)
        await evaluation.onSet?.(set, result, graded)
      },
    })
  } finally {
    status.clear()
    await close()
  }
}
