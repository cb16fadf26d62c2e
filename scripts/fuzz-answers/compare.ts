// Lists the pairs on which this project's verdict differs from math-verify's or from how the pair was generated.
// Usage: npx tsx scripts/fuzz-answers/compare.ts verified.jsonl

import { createAnswerChecker } from '../../src/answers/create-checker.ts'
import { readJsonl } from '../../src/jsonl.ts'

interface VerifiedPair {
  readonly id: string
  readonly gold: string
  readonly prediction: string
  readonly made: boolean
  readonly mathVerify: readonly [boolean, boolean] | string
}

async function main(): Promise<void> {
  const checker = await createAnswerChecker({ kind: 'math', tolerance: 0, module: null, timeLimitMs: 1000 })
  const counts = new Map<string, number>()
  for (const { value } of await readJsonl(process.argv[2]!)) {
    const pair = value as VerifiedPair
    const { equal } = await checker.grade(pair.gold, pair.prediction)
    const theirs = typeof pair.mathVerify === 'string' ? 'error' : pair.mathVerify.some(Boolean)
    const what = `made ${pair.made}, ours ${equal}, math-verify ${theirs}`
    counts.set(what, (counts.get(what) ?? 0) + 1)
    if (equal !== pair.made || (theirs !== equal && theirs !== 'error')) {
      console.log(`${what} | ${pair.id} | ${pair.gold} ## ${pair.prediction}`)
    }
  }
  for (const [what, count] of [...counts].sort()) console.log(`${count}\t${what}`)
}

await main()
