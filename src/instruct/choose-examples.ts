import type { InstructConfig } from '../config/instruct-config.ts'
import type { Random } from '../random.ts'
import type { Question } from '../rollout/group.ts'
import { drawBeta } from './beta.ts'
import type { Pool } from './pool.ts'
import { noYields, type Yields, yieldOf } from './yields.ts'

type Choose = (from: readonly Question[], count: number, random: Random, yields: Yields) => Question[]

/**
 * Thompson sampling (Thompson 1933; Chapelle, Li 2011): of the probability that an answered child of an example lies in
 * the difficulty band, the posterior under a uniform prior is Beta(1 + kept, 1 + answered - kept). One draw from each
 * posterior, and the examples with the highest are taken.
 */
const thompson: Choose = (from, count, random, yields) => {
  const drawn = from.map((question) => {
    const { answered, kept } = yieldOf(yields, question.id)
    return { question, probability: drawBeta(random, 1 + kept, 1 + answered - kept) }
  })
  drawn.sort((a, b) => b.probability - a.probability)
  return drawn.slice(0, count).map(({ question }) => question)
}

const ways: Readonly<Record<InstructConfig['choose'], Choose>> = {
  uniform: (from, count, random) => random.sample(from, count),
  thompson,
}

/**
 * Examples of one prompt: `fromPool` of the kept questions (as many as there are), the rest from the seeds, chosen as
 * `choose` says among each; shuffled. Fewer than `examples` where the seeds do not suffice.
 */
export function chooseExamples(
  config: Pick<InstructConfig, 'examples' | 'fromPool' | 'choose'>,
  seeds: readonly Question[],
  pool: Pool,
  random: Random,
  yields: Yields = noYields,
): Question[] {
  const choose = ways[config.choose]
  const kept = choose(pool.kept, Math.min(config.fromPool, config.examples), random, yields)
  const chosen = [...kept, ...choose(seeds, config.examples - kept.length, random, yields)]
  return random.shuffle(chosen)
}
