import { describe, expect, it } from 'vitest'
import { createAnswerChecker } from '../../../src/answers/create-checker.ts'
import type { EvalSet } from '../../../src/eval/eval-set.ts'
import { genericAdapter } from '../../../src/eval/find-adapter.ts'
import { type GradedItem, gradeItems, gradeSet } from '../../../src/eval/grade-set.ts'
import { readSet } from '../../../src/eval/read-set.ts'
import type { StoredResponse } from '../../../src/eval/response-store.ts'
import { setFigures } from '../../../src/eval/set-figures.ts'
import { summarizeSet } from '../../../src/eval/summarize.ts'

const rows = [
  { problem: 'one', answer: '2', level: 'Level 1', subject: 'sums' },
  { problem: 'two', answer: '2', level: 'Level 1', subject: 'sums' },
  { problem: 'three', answer: '2', level: 'Level 2', subject: 'sums' },
  { problem: 'four', answer: '7', level: 'Level 2', subject: 'sums' },
]
const set: EvalSet = readSet(
  { source: 'set.jsonl', rows: rows.map((value, i) => ({ line: i + 1, value })) },
  genericAdapter('set'),
)
const format = { template: 'none', suffix: '', fewShot: [] } as const

const response = (text: string): StoredResponse => ({
  text,
  tokens: 2,
  finishReason: text === '' ? 'length' : 'stop',
})
const graded = (texts: readonly (readonly string[])[]): Promise<GradedItem[]> =>
  gradeSet(
    set,
    texts.map((samples) => samples.map(response)),
    format,
  )

const four = [
  ['2', '2', '3', '2'], // 3 of 4 right, 2 wins
  ['2', '3', '3', '2'], // 2 of 4, a tie of 2 and 3
  ['3', '4', '', '2'], // 1 of 4, a tie of three; the empty one was cut off
  ['2', '2', '2', '2'], // the answer is 7
]

describe('the figures of a set', () => {
  it('are avg@k, maj@k and pass@k, by level too', async () => {
    const figures = setFigures(await graded(four))
    expect(figures).toMatchObject({ samples: 4, questions: 4, unfinished: 1 / 16, answerless: 1 / 16 })
    expect(figures.accuracy).toBeCloseTo((3 + 2 + 1 + 0) / 16, 12)
    expect(figures.majorityAtK).toBeCloseTo((1 + 1 / 2 + 1 / 3 + 0) / 4, 12)
    expect(figures.passAtK).toBeCloseTo(3 / 4, 12)
    const { level, ...others } = figures.by
    expect(others).toEqual({}) // one subject is no part
    expect(Object.keys(level!)).toEqual(['1', '2'])
    expect(level!['1']).toMatchObject({ questions: 2, accuracy: 5 / 8, majorityAtK: 3 / 4, passAtK: 1 })
    expect(level!['2']).toMatchObject({ questions: 2, accuracy: 1 / 8, passAtK: 1 / 2 })
    expect(level!['2']!.majorityAtK).toBeCloseTo(1 / 6, 12)
    expect(figures.low).toBeLessThan(figures.accuracy)
    expect(figures.high).toBeGreaterThan(figures.accuracy)
  })

  it('are those of serl eval', async () => {
    const items = await graded(four)
    const [figures, result] = [setFigures(items), summarizeSet(set, items)]
    expect([figures.accuracy, [figures.low, figures.high]]).toEqual([result.accuracy, result.interval])
    expect(figures.majorityAtK).toBeCloseTo(result.majorityAt['4']!.value, 12)
    expect(figures.passAtK).toBeCloseTo(result.passAt['4']!.value, 12)
    const [level, { accuracy, interval }] = [figures.by.level!['1']!, result.by.level!['1']!]
    expect([level.accuracy, [level.low, level.high]]).toEqual([accuracy, interval])
  })

  it('are the accuracy alone, with its Wilson interval, of one response each', async () => {
    const figures = setFigures(await graded([['2'], ['3'], ['2'], ['7']]))
    expect(figures).toMatchObject({ samples: 1, accuracy: 3 / 4, majorityAtK: null, passAtK: null })
    // Wilson 1927 with z = 1.96, by hand: (0.75 + 0.4802 -+ 0.6408) / 1.9604
    expect(figures.low).toBeCloseTo(0.3006, 3)
    expect(figures.high).toBeCloseTo(0.9544, 3)
    expect(figures.by.level).toMatchObject({ 1: { accuracy: 1 / 2 }, 2: { accuracy: 1 } })
  })
})

it('one response is graded without a vote: comparisons of a user take time', async () => {
  const checker = await createAnswerChecker({ kind: 'math', tolerance: 0, module: null, timeLimitMs: 1000 })
  const silent = { ...checker, vote: () => Promise.reject(new Error('no vote is needed')) }
  const items = await gradeItems(
    silent,
    set.items,
    [['2'], [''], ['3'], ['7']].map(([text]) => [response(text!)]),
    format,
  )
  expect(items.map(({ classes }) => classes)).toEqual([
    { classes: [{ size: 1, right: true }], answerless: 0 },
    { classes: [], answerless: 1 },
    { classes: [{ size: 1, right: false }], answerless: 0 },
    { classes: [{ size: 1, right: true }], answerless: 0 },
  ])
})
