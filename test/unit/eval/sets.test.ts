import { describe, expect, it } from 'vitest'
import { createAnswerChecker } from '../../../src/answers/create-checker.ts'
import { adapterSchema } from '../../../src/eval/adapter.ts'
import type { EvalSet } from '../../../src/eval/eval-set.ts'
import { genericAdapter, knownAdapter, knownSets, setNameOf } from '../../../src/eval/find-adapter.ts'
import { readSet, requireAnswersOfKind } from '../../../src/eval/read-set.ts'

/** A set read from rows as they lie on the hub, or in a collection. */
const read = (name: string, ...rows: object[]): EvalSet =>
  readSet(
    { source: `${name}.jsonl`, rows: rows.map((value, i) => ({ line: i + 1, value })) },
    knownAdapter(name) ?? genericAdapter(name),
  )

const one = (name: string, row: object) => read(name, row).items[0]!

describe('sets as published', () => {
  it.each([
    [
      'MATH-500',
      { problem: 'p', solution: 's $\\boxed{3}$', answer: '3', subject: 'Algebra', level: 2, unique_id: 'u' },
      { problem: 'p', answer: '3', id: 'u', groups: { level: '2', subject: 'Algebra' } },
    ],
    [
      'math_hard',
      { problem: 'p', level: 'Level 5', type: 'Geometry', solution: 'So $\\boxed{4}$.' },
      { answer: 'So $\\boxed{4}$.', groups: { level: '5', subject: 'Geometry' } },
    ],
    [
      'gsm8k',
      { question: 'q', answer: '1 + 1 = <<1+1=2>>2\n#### 2' },
      { problem: 'q', answer: '1 + 1 = <<1+1=2>>2\n#### 2' },
    ],
    [
      'asdiv',
      { body: 'Tom has 9 pears.', question: 'How many?', solution_type: 'Sum', answer: '9 (pears)', formula: '' },
      { problem: 'Tom has 9 pears. How many?', answer: '9', groups: { subject: 'Sum' } },
    ],
    [
      'asdiv',
      { body: 'Tom has 9 pears.', question: 'Tom has 9 pears. How many?', answer: '\\boxed{9}' },
      { problem: 'Tom has 9 pears. How many?', answer: '\\boxed{9}' },
    ],
    [
      'svamp',
      { ID: 'c-1', Body: 'There are 2 hens', Question: 'How many legs?', Answer: 4.0, Type: 'Common-Divison' },
      { problem: 'There are 2 hens. How many legs?', answer: '4', id: 'c-1', groups: { subject: 'Common-Division' } },
    ],
    [
      'mawps',
      { input: 'How many ?', target: 43.0, type: 'addsub' },
      { problem: 'How many ?', answer: '43', groups: { subject: 'addsub' } },
    ],
    [
      'college_math',
      { question: 'q', question_number: 'e.1', answer: '10-4 n', data_topic: 'algebra' },
      { problem: 'q', id: 'e.1', groups: { subject: 'algebra' } },
    ],
    [
      'minerva_math',
      { problem: 'p', solution: 'It is \\boxed{1.6} cm', type: 'Astronomy' },
      { answer: 'It is \\boxed{1.6} cm', groups: { subject: 'Astronomy' } },
    ],
    [
      'olympiadbench',
      { question: 'q', context: null, final_answer: ['2', '3'], subfield: 'Algebra' },
      { problem: 'q', answer: '2, 3', groups: { subject: 'Algebra' } },
    ],
    [
      'olympiadbench',
      { question: 'q', context: 'Let x = 1.', final_answer: ['2'] },
      { problem: 'Let x = 1.\nq', answer: '2' },
    ],
    ['aime24', { id: 60, problem: 'p', solution: 's', answer: '204' }, { problem: 'p', answer: '204', id: '60' }],
    ['amc23', { id: 0, question: 'p', answer: 27.0 }, { problem: 'p', answer: '27', id: '0' }],
    [
      'gaokao2023en',
      { source: 'a/01Q.en', question: 'q', answer: '$-1-\\sqrt{3}$' },
      { answer: '$-1-\\sqrt{3}$', id: 'a/01Q.en' },
    ],
    ['carp_en', { content: 'c', answer: '20', steps: 's' }, { problem: 'c', answer: '20' }],
    [
      'tabmwp',
      {
        question: 'How many?',
        choices: null,
        answer: '1,250',
        table_title: 'Pears',
        table: 'day | pears',
        ans_type: 'integer_number',
        grade: 3,
      },
      {
        problem: 'Read the following table regarding "Pears" and answer a question:\nday | pears\nHow many?',
        answer: '1,250',
        groups: { level: '3', subject: 'integer_number' },
      },
    ],
    [
      'tabmwp',
      { question: 'Which?', choices: ['low', 'high'], answer: 'low', table_title: null, table: 't' },
      {
        problem:
          "Read the following table and answer a question:\nt\nWhich? Please select from the following options: ['low', 'high']",
        answer: 'low',
        choices: 0,
      },
    ],
    [
      'tabmwp',
      { question: 'Read the following table and answer.', choices: ['low', 'high'], answer: '\\boxed{low}' },
      { problem: 'Read the following table and answer.', choices: 0 },
    ],
    [
      'aqua_rat',
      { question: 'q', options: ['A)$61', 'B)$65', 'C)1', 'D)2', 'E)3'], rationale: 'r', correct: 'B' },
      { problem: 'q\nAnswer Choices: (A) $61 (B) $65 (C) 1 (D) 2 (E) 3', answer: 'B', choices: 5 },
    ],
    [
      'sat_math',
      { id: '0', question: 'q', options: 'A) $f(A)=0$ B) two C) three D) x', Answer: 'D' },
      { problem: 'q\nAnswer Choices: (A) $f(A)=0$ (B) two (C) three (D) x', answer: 'D', choices: 4 },
    ],
    [
      'mmlu_stem',
      { question: 'q', subject: 'anatomy', choices: ['w', 'x', 'y', 'z'], answer: 2 },
      { problem: 'q\nAnswer Choices: (A) w (B) x (C) y (D) z', answer: 'C', groups: { subject: 'anatomy' } },
    ],
    [
      'mmlu_stem',
      {
        question: 'q\nAnswer Choices: (A) w (B) x',
        type: 'anatomy',
        choices: ['(A) w', '(B) x'],
        answer: '\\boxed{B}',
      },
      { problem: 'q\nAnswer Choices: (A) w (B) x', answer: '\\boxed{B}', choices: 2 },
    ],
    [
      'gaokao_math_qa',
      { passage: null, question: 'q', options: ['(A)1', '(B)2', '(C)3', '(D)4'], label: 'D', answer: null },
      { problem: 'q\nAnswer Choices: (A) 1 (B) 2 (C) 3 (D) 4', answer: 'D' },
    ],
  ])('%s', (name, row, expected) => {
    expect(one(name, row)).toMatchObject(expected)
  })

  it('MMLU-Pro, with the paper’s four fields', () => {
    const options = ['0', '1', '2', '3', '4', '5', '6', '7', 'N/A', 'N/A']
    const row = { question_id: 7, question: 'q', options, answer: 'H', answer_index: 7, cot_content: '', src: 's' }
    const set = read('MMLU-Pro', ...['law', 'math', 'health', 'other'].map((category) => ({ ...row, category })))
    expect(set).toMatchObject({ name: 'mmlu_pro', title: 'MMLU-Pro', kind: 'choice' })
    expect(set.items[0]).toMatchObject({ id: '7', answer: 'H', choices: 8 })
    expect(set.items[0]!.problem).toMatch(/\(A\) 0 .* \(H\) 7$/)
    expect(set.items.map(({ groups }) => groups.category)).toEqual(['Humanities', 'STEM', 'Social', 'Other'])
    expect(set.items.map(({ groups }) => groups.subject)).toEqual(['law', 'math', 'health', 'other'])
  })

  it('leaves out questions of Gaokao 2023 without an answer', () => {
    const rows = [
      { question: 'a', answer: '' },
      { question: 'b', answer: '\\boxed{}' },
      { question: 'c', answer: '1' },
    ]
    expect(read('gaokao2023en', ...rows).items.map(({ line }) => line)).toEqual([3])
    expect(() => read('gaokao2023en', rows[0]!)).toThrow(/no line has an answer/)
  })

  it('asks for a letter if the answer is one', () => {
    const set = read('aqua', { question: 'q', options: ['A)1', 'B)2'], correct: 'B' })
    expect(set.suffix).toContain('letter')
    expect(read('gsm8k', { question: 'q', answer: '1' }).suffix).toContain('final answer within \\boxed{}')
  })
})

describe('known sets', () => {
  it('are found by file, folder and hub id, and have their own names', () => {
    for (const path of ['x/gsm8k.jsonl', 'gsm8k_test.jsonl', 'gsm8k/test.jsonl', 'a/GSM8K/data/../test.jsonl']) {
      expect(knownAdapter(setNameOf(path))?.name).toBe('gsm8k')
    }
    expect(['latest.jsonl', 'a/metadata.json', 'b/data.jsonl'].map(setNameOf)).toEqual(['latest', 'metadata', 'b'])
    expect(knownAdapter('TIGER-Lab/MMLU-Pro')?.name).toBe('mmlu_pro')
    expect(knownAdapter('questions')).toBeNull()
    expect(new Set(knownSets.map(({ name }) => name)).size).toBe(knownSets.length)
  })

  it('have worked examples that the checker reads', async () => {
    for (const { name, kind, examples } of knownSets) {
      const checker = await createAnswerChecker({ kind: kind!, tolerance: 0, module: null, timeLimitMs: 1000 })
      for (const { response } of examples) {
        expect([name, (await checker.grade(response, response)).gold]).not.toContain(null)
      }
      expect(examples.length).toBeGreaterThan(0)
    }
  })
})

describe('unknown sets', () => {
  it('are read by common field names, line by line', () => {
    const set = read('mine', { text: 'a', answer: 1 }, { Question: 'b', final_answer: 'x', difficulty: 'hard' })
    expect(set).toMatchObject({ name: 'mine', title: 'mine', kind: 'math' })
    expect(set.items).toMatchObject([
      { problem: 'a', answer: '1', id: 'line-1' },
      { problem: 'b', answer: 'x', groups: { level: 'hard' } },
    ])
  })

  it('are multiple choice if they have choices and letters, otherwise math', () => {
    expect(read('mine', { question: 'q', choices: ['u', 'v'], answer: 'v' })).toMatchObject({
      kind: 'choice',
      items: [{ answer: 'B' }],
    })
    expect(read('mine', { question: 'q', options: { A: 'u', B: 'v' }, answer: 'A' }).items[0]!.problem).toBe(
      'q\nAnswer Choices: (A) u (B) v',
    )
  })

  it.each([
    [
      { answer: '1', title: 't' },
      /mine\.jsonl:1: .*no question found for the set mine \(looked for problem, question.*; the line has answer, title\)/,
    ],
    [
      { problem: 'p', answer: '' },
      /mine\.jsonl:1: expected \{"problem".*no answer found.*looked for answer, .*the line has problem\)[\s\S]*--adapter FILE/,
    ],
    [[1], /mine\.jsonl:1: expected \{"problem".*found \[1\]/],
  ])('refuses %j', (row, message) => {
    expect(() => read('mine', row)).toThrow(message)
  })

  it('gives a repeated question two keys', () => {
    const keys = read('mine', { text: 'a', answer: 1 }, { text: 'a', answer: 1 }, { text: 'a', answer: 2 }).items.map(
      ({ key }) => key,
    )
    expect(keys[1]).toBe(`${keys[0]}-2`)
    expect(new Set(keys).size).toBe(3)
  })
})

describe("a question's key", () => {
  it('depends on its text and its answer as found', async () => {
    const checker = await createAnswerChecker({ kind: 'math', tolerance: 0, module: null, timeLimitMs: 1000 })
    const keyOf = async (answer: string): Promise<string> =>
      (await requireAnswersOfKind(read('gsm8k', { question: 'q', answer }), checker)).items[0]!.key
    expect(await keyOf('\\boxed{18}')).toBe(await keyOf('9 + 9 = 18\n#### 18'))
    expect(await keyOf('17')).not.toBe(await keyOf('18'))
  })
})

describe('answers of the wrong kind', () => {
  const check = async (kind: 'math' | 'choice' | 'number', row: object): Promise<void> => {
    const rows = { source: 's.jsonl', rows: [{ line: 4, value: row }] }
    const set = readSet(rows, adapterSchema.parse({ name: 'mine', kind }))
    const checker = await createAnswerChecker({ kind, tolerance: 0, module: null, timeLimitMs: 1000 })
    await requireAnswersOfKind(set, checker)
  }

  it('are refused, by line', async () => {
    await check('choice', { question: 'q', choices: ['a', 'b'], answer: '(B)' })
    await expect(check('choice', { question: 'q', choices: ['a', 'b'], answer: 'D' })).rejects.toThrow(
      /s\.jsonl:4: the known answer "D" is not a letter A to B, which answers of kind choice are/,
    )
    await expect(check('choice', { question: 'q', answer: '$x^2$' })).rejects.toThrow(/not a letter A to J/)
    await expect(check('number', { question: 'q', answer: 'Evelyn' })).rejects.toThrow(/not a number/)
    await expect(check('math', { question: 'q', answer: '\\boxed{}' })).rejects.toThrow(/:4: .*no answer found/)
  })
})
