// Speed of ROUGE-L: pairs per second over all pairs of a file's texts, and the time to find the text most similar to a
// candidate in a large pool.
//
//   npx tsx bench/rouge.ts TEXTS.jsonl [texts for the pairs, 200] [texts in the pool, 100000]
//
// To compare with google's rouge_score, time RougeScorer(["rougeL"]).score on the same pairs.

import { parseArgs } from 'node:util'
import { createRougeIndex, rougeL } from '../src/filter/rouge.ts'
import { createRandom } from '../src/random.ts'
import { readSeeds } from '../src/seeds/read-seeds.ts'

const [path, pairTexts = '200', poolTexts = '100000'] = parseArgs({ allowPositionals: true }).positionals
if (!path) throw new Error('usage: bench/rouge.ts TEXTS.jsonl [texts for the pairs] [texts in the pool]')
const texts = (await readSeeds(path)).map((seed) => seed.text)
const random = createRandom(['bench', 'rouge'])

const seconds = (work: () => void) => {
  const started = performance.now()
  work()
  return (performance.now() - started) / 1000
}

/** Every pair scored separately, as rouge_score does: tokenised, matched, nothing skipped. */
function allPairs(chosen: readonly string[]): number {
  let sum = 0
  for (const a of chosen) {
    for (const b of chosen) sum += rougeL(a, b)
  }
  return sum
}

/** Every text against the index of all, as the filter does. */
function throughIndex(chosen: readonly string[]): void {
  const index = createRougeIndex()
  for (const text of chosen) {
    index.nearest(text)
    index.add(text)
  }
}

/** Of five runs; the first is the slowest, as code is still being compiled. */
function medianAndSlowest(work: () => void): { median: number; slowest: number } {
  const times = Array.from({ length: 5 }, () => seconds(work)).sort((a, b) => a - b)
  return { median: times[2]!, slowest: times[4]! }
}

const chosen = texts.slice(0, Number(pairTexts))
const single = medianAndSlowest(() => allPairs(chosen))
const indexed = medianAndSlowest(() => throughIndex(chosen))
const rate = (pairs: number, times: { median: number; slowest: number }) =>
  `${Math.round(pairs / times.median)} pairs/s in the median, ${Math.round(pairs / times.slowest)} at worst (${pairs} pairs)`
const pairs = chosen.length ** 2
const filterPairs = (chosen.length * (chosen.length - 1)) / 2
console.log(`pair by pair: ${rate(pairs, single)}`)
console.log(`through the index: ${rate(filterPairs, indexed)}`)

// the pool: new questions put together from the sentences of the given ones, numbers changed
const sentences = texts.flatMap((text) => text.split(/(?<=[.?!])\s+/)).filter((sentence) => sentence.length > 10)
const invent = () =>
  random
    .sample(sentences, 1 + random.below(3))
    .join(' ')
    .replace(/\d+/g, () => String(random.below(1000)))
const pool = createRougeIndex()
const filling = seconds(() => {
  for (let i = 0; i < Number(poolTexts); i++) pool.add(invent())
})
console.log(
  `${poolTexts} texts added in ${filling.toFixed(1)} s; ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
)
for (const [name, candidates, above] of [
  ['given questions, exact best', texts.slice(0, 200), 0],
  ['invented ones, exact best', Array.from({ length: 200 }, invent), 0],
  ['invented ones, only above 0.7', Array.from({ length: 200 }, invent), 0.7],
] as const) {
  const times = candidates.map((text) => 1000 * seconds(() => pool.nearest(text, above))).sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))]!.toFixed(1)
  console.log(`${name}: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, worst ${at(1)} ms a candidate`)
}
