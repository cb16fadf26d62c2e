import { describe, expect, it } from 'vitest'
import { createAnswerChecker } from '../../../src/answers/create-checker.ts'
import { foldedText } from '../../../src/filter/rouge.ts'
import { familyNames } from '../../../src/questions/families.ts'
import { answeredLine } from '../../../src/questions/lines.ts'
import { makeQuestions, type QuestionSet } from '../../../src/questions/make-questions.ts'

const set = (given: Partial<QuestionSet> = {}): QuestionSet => ({
  families: ['arithmetic'],
  count: 300,
  key: [0],
  digits: 2,
  operations: null,
  exclude: new Set(),
  ...given,
})

/** Every equation in a text: "40 + 30 = 70". */
const equations = (text: string) => [...text.matchAll(/(\d+) ([-+*/]) (\d+) = (-?\d+)/g)]

function holds([, left, operator, right, result]: RegExpExecArray): boolean {
  const [a, b] = [BigInt(left!), BigInt(right!)]
  const value = { '+': a + b, '-': a - b, '*': a * b, '/': operator === '/' ? a / b : 0n }[operator!]
  return value === BigInt(result!) && (operator !== '/' || a % b === 0n)
}

describe('questions of every family', () => {
  const sizes = [1, 2, 3, 6].flatMap((digits) => [null, 2, 5].map((operations) => ({ digits, operations })))
  const cases = familyNames.flatMap((family) => sizes.map((size) => ({ family, ...size })))

  it.each(cases)('$family, digits $digits, operations $operations', async ({ family, digits, operations }) => {
    const checker = await createAnswerChecker({ kind: 'math', tolerance: 0, module: null, timeLimitMs: 1000 })
    const made = makeQuestions(set({ families: [family], count: 100, digits, operations }))
    expect(new Set(made.map(({ problem }) => foldedText(problem))).size).toBe(100)
    for (const question of made) {
      const { problem, answer, response } = answeredLine(question, 'worked', '')
      expect(Number(answer)).toBeGreaterThanOrEqual(0)
      const found = equations(response)
      expect(found.length, problem).toBeGreaterThan(0)
      for (const equation of found) expect(holds(equation), `${problem} ${response}`).toBe(true)
      expect(found.at(-1)![4], problem).toBe(answer)
      const grade = await checker.grade(answer, response)
      expect(grade, response).toEqual({ equal: true, gold: answer, prediction: answer })
    }
  })
})

describe('arithmetic', () => {
  const value = (problem: string): unknown => {
    const expression = /^What is ([-+* \d]+)\?$/.exec(problem)![1]
    return new Function(`return ${expression}`)()
  }

  it.each([1, 2, 4])('has answers that JavaScript computes too, %i operations', (operations) => {
    for (const { problem, answer } of makeQuestions(set({ operations }))) {
      expect(answer, problem).toBe(value(problem))
      expect(problem.match(/ [-+*] /g)).toHaveLength(operations)
    }
  })

  it('has sums, differences and products, of the digits asked for', () => {
    const problems = makeQuestions(set({ digits: 4 })).map(({ problem }) => problem)
    const of = (pattern: RegExp) => problems.filter((problem) => pattern.test(problem)).length
    const [sums, differences, products] = [/ \d{4} \+ \d{4}\?/, / \d{4} - \d{4}\?/, / \d{3} \* \d{1,2}\?/].map(of)
    expect(sums! + differences! + products!).toBe(300)
    for (const number of [sums, differences, products]) expect(number).toBeGreaterThan(60)
  })
})

describe('a set', () => {
  it('is the same for the same key, and begins with a smaller one', () => {
    expect(makeQuestions(set())).toEqual(makeQuestions(set()))
    expect(makeQuestions(set()).slice(0, 20)).toEqual(makeQuestions(set({ count: 20 })))
    expect(makeQuestions(set())).not.toEqual(makeQuestions(set({ key: [1] })))
  })

  it('keeps the excluded questions out, however they are spaced', () => {
    const train = makeQuestions(set())
    const exclude = new Set(train.map(({ problem }) => foldedText(` ${problem.toUpperCase().replace(' ', '  ')}`)))
    const heldOut = makeQuestions(set({ exclude }))
    const known = new Set(train.map(({ problem }) => problem))
    expect(heldOut.filter(({ problem }) => known.has(problem))).toEqual([])
    expect(makeQuestions(set({ key: [0] })).filter(({ problem }) => known.has(problem))).toHaveLength(300)
  })

  // one digit: 9 * 9 sums, 2 + 3 + ... + 9 = 44 differences, 8 * 8 products
  it('can use up a family, and says when there is no more', () => {
    expect(makeQuestions(set({ digits: 1, count: 81 + 44 + 64 }))).toHaveLength(189)
    expect(() => makeQuestions(set({ digits: 1, count: 190 }))).toThrow(
      '--count 190: arithmetic has hardly more than 189 different questions of this size: ask for fewer, or raise --digits or --operations',
    )
  })
})
