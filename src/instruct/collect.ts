import type { FilterConfig } from '../config/filter-config.ts'
import type { InstructConfig } from '../config/instruct-config.ts'
import { filterInstructions, indexTexts, type Verdict } from '../filter/filter.ts'
import { createRandom } from '../random.ts'
import { addToPool, emptyPool } from './pool.ts'
import { type Proposal, type ProposeContext, propose } from './propose.ts'

export interface CollectContext extends Pick<ProposeContext, 'engine' | 'tokenizer' | 'seeds' | 'maxPositions'> {
  readonly instruct: InstructConfig & { readonly poolLimit: number }
  readonly filter: FilterConfig
  readonly stopTokens: Int32Array
  readonly seed: number
  readonly count: number // questions wanted
  readonly maxIdleRounds: number // rounds in a row that may find nothing
  readonly signal: AbortSignal
  readonly onProgress?: (accepted: number, count: number) => void
}

/** One round: every proposal with its verdict. */
export interface CollectedRound {
  readonly verdicts: readonly Verdict<Proposal>[]
  readonly accepted: readonly Verdict<Proposal>[] // no more than are still wanted
  readonly newTokens: number
  readonly examplesDropped: number // left out of prompts that were too long
}

/**
 * Self-instruction alone: rounds of proposals until `count` questions have passed rules and ROUGE-L, against the seeds
 * and all accepted before. Accepted questions serve as examples like those kept in training. Ends early when asked to
 * stop, or after too many rounds without a find.
 */
export async function* collectInstructions(context: CollectContext): AsyncGenerator<CollectedRound> {
  const { instruct, filter, seeds, count, signal } = context
  const known = indexTexts(seeds)
  const batch = indexTexts([])
  let pool = emptyPool
  let accepted = 0
  let idle = 0
  for (let round = 0; accepted < count && idle < context.maxIdleRounds; round++) {
    const proposed = await propose({
      ...context,
      config: instruct,
      pool,
      random: createRandom([context.seed, 'instruct', round]),
      eosTokenIds: Array.from(context.stopTokens),
      step: 0,
      round,
      onProgress: () => context.onProgress?.(accepted, count),
    })
    if (signal.aborted) return // what a cancelled generation proposed is cut short
    const verdicts = filterInstructions(proposed.proposals, { config: filter, known, batch })
    const found = verdicts.filter((verdict) => verdict.kept)
    const wanted = found.slice(0, count - accepted)
    idle = found.length === 0 ? idle + 1 : 0
    accepted += wanted.length
    pool = addToPool(
      pool,
      wanted.map((verdict) => verdict.proposal),
      instruct.poolLimit,
    )
    yield { verdicts, accepted: wanted, newTokens: proposed.newTokens, examplesDropped: proposed.examplesDropped }
  }
}
