import type { Question } from '../rollout/group.ts'

/** Questions that the model wrote and that were kept, oldest first: they serve as examples for the next ones. */
export interface Pool {
  readonly kept: readonly Question[]
}

export const emptyPool: Pool = { kept: [] }

/**
 * The pool with these questions at its end.
 * @param limit the most it holds; the oldest leave first; 0 = no limit
 */
export function addToPool(pool: Pool, questions: readonly Question[], limit = 0): Pool {
  const kept = [...pool.kept, ...questions]
  return { kept: limit > 0 ? kept.slice(-limit) : kept }
}
