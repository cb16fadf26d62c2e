import { indexTexts } from '../filter/filter.ts'
import type { RougeIndex } from '../filter/rouge.ts'
import type { Pool } from '../instruct/pool.ts'
import type { Question } from '../rollout/group.ts'

/** What new questions are compared with: the seeds and the pool. */
export interface KnownQuestions {
  /** The index over the seeds and this pool; cheap when the pool only grew since the last call. */
  index(pool: Pool): RougeIndex
}

export function knownQuestions(seeds: readonly Question[]): KnownQuestions {
  let indexed: Pool = { kept: [] }
  let index = indexTexts(seeds)
  return {
    index: (pool) => {
      if (!extendsPool(pool, indexed)) {
        index = indexTexts(seeds)
        indexed = { kept: [] }
      }
      for (const { text } of pool.kept.slice(indexed.kept.length)) index.add(text)
      indexed = pool
      return index
    },
  }
}

/** Ids are unique in a run, and pools only lose their oldest: equal ends mean an equal beginning. */
function extendsPool(pool: Pool, earlier: Pool): boolean {
  const n = earlier.kept.length
  return n === 0 || (pool.kept[0]?.id === earlier.kept[0]!.id && pool.kept[n - 1]?.id === earlier.kept[n - 1]!.id)
}
