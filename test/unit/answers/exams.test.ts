import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readJsonl } from '../../../src/jsonl.ts'
import { checkerOf } from './support.ts'

const FOLDER = fileURLToPath(new URL('../../../../shared/exams/', import.meta.url))
const EXAMS = [
  ['answer-equivalence', 95],
  ['math-solutions', 382],
  ['math-rewrites', 280],
  ['word-problem-answers', 363],
] as const

interface Row {
  readonly id: string
  readonly gold: string
  readonly prediction: string
  readonly expected: boolean
}

// the exams lie next to the checkout, if present
describe.skipIf(!existsSync(FOLDER))('practice exams (skipped: no folder ../shared/exams)', () => {
  test.each(EXAMS)('%s: all %i', async (name, count) => {
    const checker = await checkerOf()
    const rows = (await readJsonl(`${FOLDER}${name}-practice.jsonl`)).map(({ value }) => value as Row)
    const wrong: string[] = []
    for (const row of rows) {
      const { equal } = await checker.grade(row.gold, row.prediction)
      if (equal !== row.expected) wrong.push(row.id)
    }
    expect(wrong).toEqual([])
    expect(rows).toHaveLength(count)
  })
})
