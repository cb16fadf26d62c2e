// Who gets the credit for a proposal: the examples of its prompt, in equal shares; and where an example was itself
// written by the model, its own examples, and so on back to the seeds.
import { emptyCounts, outcomeNames } from './outcomes.ts'

/** What a seed gave: [outcomes] each. */
export interface SeedCounts {
  readonly children: Float64Array // proposals whose prompt contained it, each counted in full
  readonly direct: Float64Array // the same, each divided by the number of examples in its prompt
  readonly inherited: Float64Array // what came to it through pool questions
}

export interface Credit {
  readonly seeds: ReadonlyMap<string, SeedCounts> // by id, in the order in which they were added or met
  readonly untraced: Float64Array // [outcomes] that lead to no seed: examples that are not recorded
}

/** The proposals of a run and their examples, in the order in which they were written. */
export interface Ancestry {
  /** A seed that may be an example. */
  addSeed(id: string): void
  /**
   * A proposal, after those that may be its examples.
   * @param id null: it can be nobody's example
   * @param examples ids in its prompt; empty: not recorded
   * @param counts [outcomes] 0 or 1
   */
  add(id: string | null, examples: readonly string[], counts: ArrayLike<number>): void
  credit(): Credit
}

/** Flat, as there may be millions. A node is a seed, or a proposal that may be an example. */
interface Recorded {
  readonly nodes: Map<string, number> // by id
  readonly seeds: { readonly id: string; readonly node: number }[]
  readonly examples: number[] // nodes of all proposals' examples; none: not recorded
  readonly ends: number[] // [proposals] of its examples among all
  readonly own: number[] // [proposals] its node, or none
  readonly bits: number[] // [proposals] its outcomes, the first in the lowest bit
}

const none = -1

export function createAncestry(): Ancestry {
  const recorded: Recorded = { nodes: new Map(), seeds: [], examples: [], ends: [], own: [], bits: [] }
  const { nodes, seeds } = recorded
  const newNode = (id: string): number => {
    const node = nodes.size
    nodes.set(id, node)
    return node
  }
  const seedNode = (id: string): number => {
    const known = nodes.get(id)
    if (known !== undefined) return known
    const node = newNode(id)
    seeds.push({ id, node })
    return node
  }
  const exampleNode = (id: string): number => nodes.get(id) ?? (id.startsWith('seed-') ? seedNode(id) : none)

  return {
    addSeed: seedNode,
    add(id, examples, counts) {
      for (const example of examples) recorded.examples.push(exampleNode(example))
      recorded.ends.push(recorded.examples.length)
      recorded.own.push(id === null || nodes.has(id) ? none : newNode(id))
      recorded.bits.push(outcomeNames.reduce((sum, _, o) => sum + (counts[o]! > 0 ? 2 ** o : 0), 0))
    },
    credit: () => creditOf(recorded),
  }
}

/** From the youngest proposal to the oldest: when its turn comes, all its descendants have passed it their credit. */
function creditOf(recorded: Recorded): Credit {
  const { nodes, seeds, examples, ends, own, bits } = recorded
  const width = outcomeNames.length
  const seedAt = new Map(seeds.map(({ node }) => [node, newSeedCounts()]))
  const passed = new Float64Array(nodes.size * width) // [nodes, outcomes] for descendants
  const untraced = emptyCounts()

  /** `mine` for the proposal itself, `theirs` for its descendants. */
  const give = (node: number, o: number, mine: number, theirs: number): void => {
    const seed = seedAt.get(node)
    if (seed !== undefined) {
      seed.direct[o]! += mine
      seed.inherited[o]! += theirs
    } else if (node === none) untraced[o]! += mine + theirs
    else passed[node * width + o]! += mine + theirs
  }
  for (let p = bits.length - 1; p >= 0; p--) {
    const mine = outcomeNames.map((_, o) => (bits[p]! >> o) & 1)
    const theirs = mine.map((_, o) => (own[p] === none ? 0 : passed[own[p]! * width + o]!))
    const shown = examples.slice(ends[p - 1] ?? 0, ends[p])
    const receivers = shown.length === 0 ? [none] : shown
    for (const node of receivers) {
      for (let o = 0; o < width; o++) {
        give(node, o, mine[o]! / receivers.length, theirs[o]! / receivers.length)
        const seed = seedAt.get(node)
        if (seed !== undefined) seed.children[o]! += mine[o]!
      }
    }
  }
  return { seeds: new Map(seeds.map(({ id, node }) => [id, seedAt.get(node)!])), untraced }
}

const newSeedCounts = (): SeedCounts => ({
  children: emptyCounts(),
  direct: emptyCounts(),
  inherited: emptyCounts(),
})
