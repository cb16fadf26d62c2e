// What examples give, for instruct.choose: thompson and instruct.retireAfter. A child of an example is a question whose
// prompt contained it; it counts once it was answered.
import type { Question } from '../rollout/group.ts'

/** Answered children of one example. */
export interface Yield {
  readonly answered: number
  readonly kept: number // of these, inside the difficulty band
}

/** What is known of the examples; plain data, saved with a run's state. */
export interface Yields {
  readonly of: Readonly<Record<string, Yield>> // by id of a seed or pool question; absent: no child was answered
  readonly retired: readonly string[] // ids of seeds, in the order in which they were retired
}

export const noYields: Yields = { of: {}, retired: [] }

const noChild: Yield = { answered: 0, kept: 0 }

export const yieldOf = ({ of }: Yields, id: string): Yield => of[id] ?? noChild

/** An answered question, and what became of it. */
export interface Child {
  readonly examples: readonly string[] // ids of all examples of its prompt
  readonly kept: boolean
}

/**
 * The yields with these children: each counts in full for every example of its prompt.
 * @param examples all questions that may be chosen again; others are forgotten
 */
export function countChildren(
  yields: Yields,
  children: readonly Child[],
  examples: Iterable<Pick<Question, 'id'>>,
): Yields {
  const counted = new Map(Object.entries(yields.of))
  for (const { examples: ids, kept } of children) {
    for (const id of ids) {
      const before = counted.get(id) ?? noChild
      counted.set(id, { answered: before.answered + 1, kept: before.kept + Number(kept) })
    }
  }
  const chosenAgain = new Set(Array.from(examples, ({ id }) => id))
  return { ...yields, of: Object.fromEntries([...counted].filter(([id]) => chosenAgain.has(id))) }
}

/**
 * The seeds that are used as examples: without those retired, but never fewer than `least`, as far as there are so many.
 * The first retired go first.
 */
export function seedsInUse<T extends Pick<Question, 'id'>>(
  seeds: readonly T[],
  retired: readonly string[],
  least: number,
): T[] {
  const present = new Set(seeds.map(({ id }) => id))
  const gone = retired.filter((id) => present.has(id)).slice(0, Math.max(0, seeds.length - least))
  const isGone = new Set(gone)
  return seeds.filter(({ id }) => !isGone.has(id))
}

/**
 * Seeds to retire now: with at least `after` answered children, none of them inside the band; those with the most first.
 * @param least seeds that must be left
 * @returns their ids
 */
export function nextRetired(
  yields: Yields,
  seeds: readonly Pick<Question, 'id'>[],
  after: number,
  least: number,
): string[] {
  const inUse = seedsInUse(seeds, yields.retired, least)
  const answered = ({ id }: Pick<Question, 'id'>): number => yieldOf(yields, id).answered
  return inUse
    .filter((seed) => answered(seed) >= after && yieldOf(yields, seed.id).kept === 0)
    .filter(({ id }) => !yields.retired.includes(id))
    .sort((a, b) => answered(b) - answered(a)) // stable
    .slice(0, Math.max(0, inUse.length - least))
    .map(({ id }) => id)
}
