import type { FilterConfig } from '../config/filter-config.ts'
import type { InstructConfig } from '../config/instruct-config.ts'
import { indexTexts, type Verdict } from '../filter/filter.ts'
import type { QuestionFilter } from '../filter/question-filter.ts'
import { createRandom } from '../random.ts'
import { addToPool, emptyPool } from './pool.ts'
import type { Proposal, ProposeContext } from './propose.ts'
import type { QuestionWriter } from './question-writer.ts'
import { instructRound, newSearch, type Search } from './round.ts'

export interface CollectContext extends Pick<ProposeContext, 'engine' | 'tokenizer' | 'seeds' | 'maxPositions'> {
  readonly instruct: InstructConfig & { readonly poolLimit: number }
  readonly filter: FilterConfig
  readonly questionFilter?: QuestionFilter | null // the user's own; default none
  readonly writer?: QuestionWriter | null // the user's own; default none
  readonly stopTokens: Int32Array
  readonly seed: number
  readonly count: number // questions wanted
  readonly maxIdleRounds: number // rounds in a row that may find nothing
  readonly signal: AbortSignal
  readonly onProgress?: (accepted: number, count: number) => void
}

// nothing is answered here
const noText: ReadonlySet<string> = new Set()

/** One round: every proposal with its verdict. */
export interface CollectedRound {
  readonly verdicts: readonly Verdict<Proposal>[]
  readonly taken: readonly Verdict<Proposal>[] // the accepted ones, no more than are still wanted
}

/**
 * Self-instruction alone: rounds of proposals until `count` questions have passed rules and ROUGE-L, against the seeds
 * and all accepted before. Accepted questions serve as examples like those kept in training. Ends early when told to
 * stop, or after too many rounds without a find.
 * @param search counts what was proposed, accepted and rejected
 */
export async function* collectQuestions(
  context: CollectContext,
  search: Search = newSearch(),
): AsyncGenerator<CollectedRound> {
  const { instruct, seeds, count } = context
  const known = indexTexts(seeds)
  const batch = indexTexts([])
  let pool = emptyPool
  let taken = 0
  let idle = 0
  for (let round = 0; taken < count && idle < context.maxIdleRounds; round++) {
    const asking = {
      ...context,
      questionFilter: context.questionFilter ?? null,
      config: instruct,
      pool,
      known,
      batch,
      asked: noText,
      random: createRandom([context.seed, 'instruct', round]),
      eosTokenIds: Array.from(context.stopTokens),
      step: 0,
      round,
      onProgress: () => context.onProgress?.(taken, count),
    }
    const verdicts = await instructRound(asking, search)
    if (verdicts === null) return
    const accepted = verdicts.filter((verdict) => verdict.accepted)
    const wanted = accepted.slice(0, count - taken)
    idle = accepted.length === 0 ? idle + 1 : 0
    taken += wanted.length
    pool = addToPool(
      pool,
      wanted.map((verdict) => verdict.proposal),
      instruct.poolLimit,
    )
    yield { verdicts, taken: wanted }
  }
}
