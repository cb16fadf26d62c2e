import { describe, expect, test } from 'vitest'
import { parseQuestions } from '../../../src/instruct/parse.ts'

describe('numbered lists', () => {
  test('items, in order, without their numbers', () => {
    expect(parseQuestions('9. What is 2 + 2?\n10. What is 3 + 3?', false)).toEqual(['What is 2 + 2?', 'What is 3 + 3?'])
  })
  test('an item may take several lines; white space is collapsed', () => {
    expect(parseQuestions('1.  Let $x$\n\n  be\t5.\n Find   $2x$.\n2. Next one', false)).toEqual([
      'Let $x$ be 5. Find $2x$.',
      'Next one',
    ])
  })
  test('the number may be on its own line', () => {
    expect(parseQuestions('1.\nWhat is it?\n2.\n\nAnd this?', false)).toEqual(['What is it?', 'And this?'])
  })
  test('the first letter becomes a capital, the case of the rest is kept', () => {
    expect(parseQuestions('1. find $\\Delta ABC$ in NATO units\n2. éa\n3. $x$ is', false)).toEqual([
      'Find $\\Delta ABC$ in NATO units',
      'Éa',
      '$x$ is',
    ])
  })
  test.each([
    ['x is 3 more than y. Find x.', 'x is 3 more than y. Find x.'],
    ['n=4 and m = 3', 'n=4 and m = 3'],
    ['x_1 + x_2 = 5', 'x_1 + x_2 = 5'],
    ['a + b = 3', 'a + b = 3'],
    ['a, b and c are integers', 'a, b and c are integers'],
    ['a is even', 'a is even'],
    ['a train leaves', 'A train leaves'],
    ['a $5 note', 'A $5 note'],
    ['a island', 'A island'],
    ["o'clock", "O'clock"],
    ['an apple', 'An apple'],
  ])('a variable in front stays small: %s', (item, question) => {
    expect(parseQuestions(`1. ${item}`, false)).toEqual([question])
  })
  test('text before the first number is not a question', () => {
    expect(parseQuestions('Sure, here they are:\n\n9. A question?', false)).toEqual(['A question?'])
    expect(parseQuestions('No list at all. 3. apples', false)).toEqual([])
    expect(parseQuestions('', false)).toEqual([])
  })
  test('decimals and numbers inside a line are not markers', () => {
    expect(parseQuestions('1. He ran\n3.5 miles, then 12. Where?\n2. B', false)).toEqual([
      'He ran 3.5 miles, then 12. Where?',
      'B',
    ])
  })
  // what the reference's pattern finds too, or what models write in a chat
  test.each([
    [' 9. What is 2 + 2?', ['What is 2 + 2?']],
    ['Here is one: 9. What is 2 + 2?\n10. And 3 + 3?', ['What is 2 + 2?', 'And 3 + 3?']],
    ['**9.** What is 2 + 2?\n\n**10.** And 3 + 3?', ['What is 2 + 2?', 'And 3 + 3?']],
    ['**9. What is 2 + 2?**\n**10. And 3 + 3?**', ['What is 2 + 2?', 'And 3 + 3?']],
    ['9) What is 2 + 2?\n10) And 3 + 3?', ['What is 2 + 2?', 'And 3 + 3?']],
    ['### 9. What is 2 + 2?\n### 10. And 3 + 3?', ['What is 2 + 2?', 'And 3 + 3?']],
    ['  1. A\n  2. B\n 3. C', ['A', 'B', 'C']],
    ['1. Which are true?\n   1. x = 2\n   2. x = 3\n2. B', ['Which are true? 1. x = 2 2. x = 3', 'B']],
    ['1. Which are true?\n1) x = 2\n2) x = 3\n2. B', ['Which are true? 1) x = 2 2) x = 3', 'B']],
    ['1. At 12:30 he left: 5. Where to?', ['At 12:30 he left: 5. Where to?']],
  ])('numbers may be written in other ways: %j', (text, questions) => {
    expect(parseQuestions(text, false)).toEqual(questions)
  })
  test('empty items are left out', () => {
    expect(parseQuestions('1. \n2. A\n3.', false)).toEqual(['A'])
  })
})

describe('a text that the token limit ended', () => {
  test('loses its last item', () => {
    expect(parseQuestions('1. Whole.\n2. Half of a quest', true)).toEqual(['Whole.'])
    expect(parseQuestions('1. Only half', true)).toEqual([])
  })
  test.each(['\n2', '\n2.', '\n2. '])('keeps the item before a bare marker: %j', (end) => {
    expect(parseQuestions(`1. Whole.${end}`, true)).toEqual(['Whole.'])
  })
})

test.each([
  ['digits', '1'.repeat(300_000)],
  ['markers', '1. '.repeat(100_000)],
  ['marker lines', '1.\n'.repeat(100_000)],
  ['white space', `1. ${' \n'.repeat(150_000)}x`],
  ['colons', ': '.repeat(150_000)],
  ['spaces', ' '.repeat(300_000)],
  ['colons and numbers', ': 1'.repeat(100_000)],
  ['stars', `${'**'.repeat(75_000)}\n`.repeat(2)],
])('time grows with the text only: 300,000 characters of %s', (_, text) => {
  const started = performance.now()
  parseQuestions(text, false)
  parseQuestions(text, true)
  expect(performance.now() - started).toBeLessThan(1000)
})
