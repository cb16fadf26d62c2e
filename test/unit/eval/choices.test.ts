import { describe, expect, it } from 'vitest'
import { choiceLetter, isLetter, listsChoices, readChoices } from '../../../src/eval/choices.ts'
import type { EvalSet } from '../../../src/eval/eval-set.ts'
import { genericAdapter } from '../../../src/eval/find-adapter.ts'
import { readSet } from '../../../src/eval/read-set.ts'

const read = (...rows: object[]): EvalSet =>
  readSet({ source: 'mine.jsonl', rows: rows.map((value, i) => ({ line: i + 1, value })) }, genericAdapter('mine'))

describe('readChoices', () => {
  it.each([
    ['A) 3 B) 4', ['3', '4']],
    ['(A) 3\n(B) 4', ['3', '4']],
    ['A. 3 B. 4', ['3', '4']],
    ['A: 3\nB: 4\nC: 5', ['3', '4', '5']],
    ['A) vitamin B. complex B) iron', ['vitamin B. complex', 'iron']],
    [{ A: 'u', B: 'v' }, ['u', 'v']],
    [{ text: ['u', 'v'] }, ['u', 'v']],
    [
      ['A) u', 'B) v'],
      ['u', 'v'],
    ],
    [
      ['u', 'v', 'N/A'],
      ['u', 'v', 'N/A'],
    ],
    [
      ['u', 'v', 'N/A', 'N/A'],
      ['u', 'v'],
    ],
    ['A) 3', null],
    ['three or four', null],
    [{ first: 'u', second: 'v' }, null],
  ])('%j', (value, expected) => {
    expect(readChoices(value)).toEqual(expected)
  })
})

describe('an answer among choices', () => {
  it('is a letter first, then a number from 0, then a text', () => {
    expect(read({ question: 'q', choices: ['C', 'A', 'B'], answer: 'B' }).items[0]!.answer).toBe('B')
    expect(read({ question: 'q', choices: ['u', 'v'], answer: '\\boxed{B}' }).items[0]!.answer).toBe('\\boxed{B}')
    expect(choiceLetter(1, ['u', 'v'])).toBe('B')
    expect(choiceLetter(4, ['4', '5'])).toBe('A') // no fifth choice
    expect(choiceLetter('D', ['u', 'D'])).toBe('B') // no choice D
    expect(choiceLetter('w', ['u', 'v'])).toBeNull()
    expect(isLetter('(B)', 2)).toBe(true)
    expect(isLetter('C', 2)).toBe(false)
  })
})

describe('listsChoices', () => {
  it.each([
    ['What is P(A) if P(B) = 0.5?', ['0.1', '0.5'], false],
    ['Is (A) or (B) larger?', ['the first', 'the second'], false],
    ['q\nAnswer Choices: (A) x (B) y', ['1', '2'], true],
    ['Which? (A) 0.1 (B) 0.5', ['0.1', '0.5'], true],
    ['Which?\nA. one  way\nB. two', ['one way', 'two'], true],
    ['$\\textbf{(A)}\\ 3 \\qquad\\textbf{(B)}\\ 4$', ['3', '4'], true],
    ['Which? (A) 0.1', ['0.1', '0.5'], false],
  ])('%s', (question, choices, expected) => {
    expect(listsChoices(question, choices)).toBe(expected)
  })
})

describe('sets with choices', () => {
  it('show them even if the question contains letters', () => {
    const { problem } = read({ question: 'P(A) + P(B)?', choices: ['1', '2'], answer: '2' }).items[0]!
    expect(problem).toBe('P(A) + P(B)?\nAnswer Choices: (A) 1 (B) 2')
  })

  it.each([
    [[{ question: 'q', options: 'three or four', answer: 'A' }], /:1: the choices in "options" cannot be read: "three/],
    [[{ question: 'q', options: Array.from('abcdefghijk'), answer: 'A' }], /:1: "options" has 11 choices.*A to J/],
    [
      [{ question: 'q', choices: ['u', 'v'], answer: 'w' }],
      /:1: the known answer "w" is neither a letter A to B nor the text of a choice: say .*--answers/,
    ],
    [[{ question: 'q', choices: ['u', 'v'], answer: 7 }], /the known answer "7" is neither/],
    [
      [
        { question: 'q', choices: ['u', 'v'], answer: 'A' },
        { question: 'q', answer: 'A' },
      ],
      /:2: the line has no choices, and line 1 has/,
    ],
  ])('are refused, not taken for math: %j', (rows, message) => {
    expect(() => read(...rows)).toThrow(message)
  })

  it('use the answers kind of --answers', () => {
    const rows = { source: 's.jsonl', rows: [{ line: 1, value: { question: 'q', choices: ['u', 'v'], answer: 7 } }] }
    const set = readSet(rows, genericAdapter('s'), { answers: { kind: 'math' } })
    expect(set).toMatchObject({ kind: 'math', items: [{ answer: '7', problem: 'q\nAnswer Choices: (A) u (B) v' }] })
    const odd = { source: 's.jsonl', rows: [{ line: 1, value: { question: 'q', options: 'none', answer: '7' } }] }
    expect(() => readSet(odd, genericAdapter('s'), { answers: { kind: 'choice' } })).toThrow(/cannot be read/)
    expect(readSet(odd, genericAdapter('s'), { answers: { kind: 'exact' } }).items[0]!.choices).toBe(0)
  })
})
