import { UserError } from '../../errors.ts'
import type { SetKind } from '../../eval/adapter.ts'
import type { EvalSet } from '../../eval/eval-set.ts'
import { openSets, type SetOptions } from '../../eval/open-sets.ts'
import type { EvalSettings } from '../../eval/settings.ts'
import { statusLine } from '../../log/status-line.ts'
import type { EvalFlags } from './flags.ts'

/** What a run was trained and evaluated with, unless flags override it. */
export type RunSettings = Partial<Pick<EvalSettings, 'template' | 'suffix' | 'maxNewTokens' | 'layout'>>

/** @throws UserError for flags that contradict each other */
export function settingsOf(flags: EvalFlags, run: RunSettings = {}): EvalSettings {
  const { samples, topP, presencePenalty, fewShot, temperature = samples === 1 ? 0 : 1 } = flags
  if (samples > 1 && temperature === 0) {
    throw new UserError(`--samples ${samples} with --temperature 0 gives the same response ${samples} times`)
  }
  return {
    samples,
    temperature,
    topP,
    presencePenalty,
    maxNewTokens: flags.maxNewTokens ?? run.maxNewTokens ?? 1024,
    seed: flags.seed ?? 0,
    template: flags.raw ? 'none' : (run.template ?? 'auto'),
    suffix: flags.suffix ?? run.suffix ?? null,
    fewShot,
    ...(run.layout === undefined ? {} : { layout: run.layout }),
  }
}

const kinds: readonly SetKind[] = ['math', 'choice', 'exact', 'number']

/** How a run read its held-out questions. */
export type RunReading = Partial<Pick<SetOptions, 'limit' | 'answers'>>

/**
 * @param run used where flags give nothing
 * @throws UserError
 */
export async function setsOf(sources: readonly string[], flags: EvalFlags, run: RunReading = {}): Promise<EvalSet[]> {
  const kind = flags.answers === undefined ? null : kinds.find((known) => known === flags.answers)
  if (kind === undefined) throw new UserError(`--answers ${flags.answers}: expected one of ${kinds.join(', ')}`)
  const status = statusLine(flags.quiet ?? false)
  try {
    const onProgress = (done: number, total: number): void => status.show('fetching', done, total)
    const limit = flags.limit ?? run.limit ?? 0
    const answers = kind === null ? (run.answers ?? null) : { kind }
    return await openSets(sources, { limit, adapters: flags.adapter, answers, onProgress })
  } finally {
    status.clear()
  }
}
