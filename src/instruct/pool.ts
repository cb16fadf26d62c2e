import type { Instruction } from '../rollout/group.ts'

/** Generated questions that passed the difficulty filter, oldest first: they serve as examples for the next ones. */
export interface Pool {
  readonly kept: readonly Instruction[]
}

export const emptyPool: Pool = { kept: [] }

/**
 * The pool with these instructions at its end.
 * @param limit the most it holds; the oldest leave first; 0 = no limit
 */
export function addToPool(pool: Pool, instructions: readonly Instruction[], limit = 0): Pool {
  const kept = [...pool.kept, ...instructions]
  return { kept: limit > 0 ? kept.slice(-limit) : kept }
}
