import { cacheFolder } from '../../cache-folder.ts'
import type { EvalSet } from '../../eval/eval-set.ts'
import { evaluateSets } from '../../eval/evaluate-sets.ts'
import { engineFingerprint, modelFingerprint } from '../../eval/fingerprint.ts'
import type { GradedItem } from '../../eval/grade-set.ts'
import { points, range } from '../../eval/markdown.ts'
import type { Results, SetResult } from '../../eval/results.ts'
import type { EvalModel, EvalSettings } from '../../eval/settings.ts'
import { statusLine } from '../../log/console.ts'
import { describeModel, deviceOf, dtypeOf, openModel, requireTrainable } from '../../model/open-model.ts'
import { addonPath } from '../../native/binding.ts'
import type { NativeEngine } from '../../native/types.ts'
import { modelSettings } from '../command-line/engine-flags.ts'
import type { EvalFlags } from './flags.ts'

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

/** A model whose weights are loaded only if a response is not cached. */
async function openLazily(
  path: string,
  flags: EvalFlags,
  signal: AbortSignal,
): Promise<{ model: EvalModel; close: () => Promise<void> }> {
  const described = await describeModel(path)
  const settings = modelSettings(path, flags)
  let opening: Promise<NativeEngine> | null = null
  const cancel = (): void => {
    opening?.then((engine) => engine.cancel()).catch(() => {}) // reported where it is awaited
  }
  signal.addEventListener('abort', cancel)
  const model = {
    path,
    fingerprint: await modelFingerprint(path),
    engineFingerprint: await engineFingerprint(addonPath()),
    ...requireTrainable(described),
    maxPositions: described.checkpoint.config.maxPositionEmbeddings,
    device: deviceOf(settings.device),
    dtype: dtypeOf(settings),
    engine: () => {
      opening ??= openModel(described, settings, false).then(({ engine }) => engine)
      return opening
    },
  }
  const close = async (): Promise<void> => {
    signal.removeEventListener('abort', cancel)
    await (await opening)?.close()
  }
  return { model, close }
}
