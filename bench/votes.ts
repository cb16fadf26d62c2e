// Time of the majority vote on the rollouts of real runs: npx tsx bench/votes.ts RUN/rollouts/*.jsonl

import { createAnswerChecker } from '../src/answers/create-checker.ts'
import { readJsonl } from '../src/jsonl.ts'

const files = process.argv.slice(2)
if (files.length === 0) throw new Error('name at least one rollouts file')
const checker = await createAnswerChecker({ kind: 'math', tolerance: 0, module: null, timeLimitMs: 1000 })
const times: number[] = [] // milliseconds
let responses = 0
for (const file of files) {
  for (const { value } of await readJsonl(file)) {
    const texts = (value as { responses: { text: string }[] }).responses.map((response) => response.text)
    responses += texts.length
    const began = performance.now()
    await checker.vote(texts)
    times.push(performance.now() - began)
  }
}
await checker.close()
times.sort((a, b) => a - b)
const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))]!.toFixed(2)
console.log(
  `${times.length} votes of ${(responses / times.length).toFixed(1)} texts: median ${at(0.5)}, 99 % ${at(0.99)}, worst ${at(1)} ms`,
)
