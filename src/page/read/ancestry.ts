import { z } from 'zod'
import type { LineIndex } from './line-index.ts'
import { findProposal } from './proposals.ts'
import type { RunView } from './run-view.ts'
import type { Ancestor, ProposalRow } from './shapes.ts'

const deepest = 4
const mostNodes = 120

/** The examples of a question's prompt, theirs, and so on to the seeds; four generations and 120 questions at most. */
export async function ancestryOf(run: RunView, { examples }: ProposalRow): Promise<Ancestor[]> {
  const seeds = await seedTexts(run.seeds)
  let left = mostNodes
  const follow = async (ids: readonly string[], depth: number): Promise<Ancestor[]> => {
    const found: Ancestor[] = []
    for (const id of ids) {
      if (left === 0) return found
      left -= 1
      const seed = seeds.get(id)
      const proposal = seed === undefined ? await findProposal(run, id) : null
      const further = proposal?.examples ?? []
      const inner = depth > 1 ? await follow(further, depth - 1) : []
      found.push({
        id,
        text: seed ?? proposal?.text ?? null,
        from: proposal === null ? 'seed' : 'model',
        examples: inner,
        cut: inner.length < further.length,
      })
    }
    return found
  }
  return follow(examples ?? [], deepest)
}

const seedLine = z.object({ id: z.string(), text: z.string() })
const mostSeeds = 50_000

interface KnownSeeds {
  readonly count: number
  readonly generation: number
  readonly texts: ReadonlyMap<string, string>
}

const read = new WeakMap<LineIndex, KnownSeeds>()

async function seedTexts(seeds: LineIndex): Promise<ReadonlyMap<string, string>> {
  await seeds.refresh()
  const { count, generation } = seeds
  const before = read.get(seeds)
  if (before?.count === count && before.generation === generation) return before.texts
  const texts = new Map<string, string>()
  for (let line = 0; line < Math.min(count, mostSeeds); ) {
    const lines = await seeds.read(line, line + 1000, 4 * 2 ** 20)
    if (lines.length === 0) break
    for (const value of lines) {
      const { data } = seedLine.safeParse(value)
      if (data !== undefined) texts.set(data.id, data.text)
    }
    line += lines.length
  }
  read.set(seeds, { count, generation, texts })
  return texts
}
