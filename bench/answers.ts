// Speed of the answer check. Usage: npx tsx bench/answers.ts [PAIRS.jsonl]
// PAIRS: lines of {"gold", "prediction"}; without it, random pairs. A vote has 16 texts: eight with
// one answer, five with three others, three with none.

import { drawing } from '../scripts/fuzz-answers/draw.ts'
import { randomExpression, spell } from '../scripts/fuzz-answers/expressions.ts'
import { createAnswerChecker } from '../src/answers/create-checker.ts'
import { readJsonl } from '../src/jsonl.ts'

interface Pair {
  readonly gold: string
  readonly prediction: string
}

function randomPairs(count: number): Pair[] {
  return Array.from({ length: count }, (_, i) => {
    const draw = drawing(i)
    const [a, b] = [randomExpression(draw, 3), randomExpression(draw, 3)]
    return { gold: `$${spell(a, draw)}$`, prediction: `so $\\boxed{${spell(draw.chance(0.5) ? a : b, draw)}}$.` }
  })
}

/** Sixteen responses of about 1,500 characters. */
function rollouts(pairs: readonly Pair[], at: number): string[] {
  const working = 'We have $a^2 + b^2 = c^2$, so that $c = \\sqrt{a^2+b^2}$ and the ratio is 3 to 4. '.repeat(18)
  const answer = (i: number): string => pairs[(at + i) % pairs.length]!.gold.replaceAll('$', '')
  const texts = [...Array(8).fill(0), 1, 1, 2, 2, 3].map((i) => `${working} The answer is $\\boxed{${answer(i)}}$.`)
  return [...texts, working, working.slice(0, 700), 'I am not sure about this one.']
}

async function main(): Promise<void> {
  const file = process.argv[2]
  const pairs = file === undefined ? randomPairs(2000) : (await readJsonl(file)).map(({ value }) => value as Pair)
  const checker = await createAnswerChecker({ kind: 'math', tolerance: 0, module: null, timeLimitMs: 1000 })
  let equal = 0
  const start = performance.now()
  for (const { gold, prediction } of pairs) if ((await checker.grade(gold, prediction)).equal) equal += 1
  const seconds = (performance.now() - start) / 1000
  const times: number[] = []
  for (let i = 0; i < Math.min(200, pairs.length); i += 1) {
    const texts = rollouts(pairs, i)
    const before = performance.now()
    await checker.vote(texts)
    times.push(performance.now() - before)
  }
  times.sort((a, b) => a - b)
  const voteMs = { median: times[times.length >> 1], p99: times[Math.floor(times.length * 0.99)], max: times.at(-1) }
  console.log(
    JSON.stringify({ pairs: pairs.length, equal, pairsPerSecond: Math.round(pairs.length / seconds), voteMs }),
  )
}

await main()
