// What chains and word problems ask, read from their words and computed apart from how they were made.
import { describe, expect, it } from 'vitest'
import { makeQuestions } from '../../../src/questions/make-questions.ts'

const made = (family: 'chains' | 'word-problems', digits: number, operations: number | null = null) =>
  makeQuestions({ families: [family], count: 400, key: ['stories'], digits, operations, exclude: new Set() })

const numbersIn = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number)

describe('a chain', () => {
  const orders = /(add|subtract|multiply by) (\d+)/gi

  it.each([1, 3, 6])('asks for the result of %i orders', (operations) => {
    for (const { problem, answer } of made('chains', 2, operations)) {
      let value = numbersIn(problem)[0]!
      const found = [...problem.matchAll(orders)]
      expect(found, problem).toHaveLength(operations)
      for (const [, order, number] of found) {
        const n = Number(number)
        value = { add: value + n, subtract: value - n, 'multiply by': value * n }[order!.toLowerCase()]!
        expect(value, problem).toBeGreaterThanOrEqual(0)
      }
      expect(answer, problem).toBe(value)
    }
  })
})

describe('a word problem', () => {
  // a phrase of each template, and the answer by its numbers in the order of the text
  const answers: readonly (readonly [RegExp, (...numbers: number[]) => number])[] = [
    [/gives \w+ \d+ more|finds another/, (a, b) => a! + b!],
    [/of them to|borrows/, (a, b) => a! - b!],
    [/is that altogether/, (a, b) => a! + b!],
    [/How many more/, (a, b) => a! - b!],
    [/in every/, (each, count) => each! * count!],
    [/equally among/, (all, friends) => all! / friends!],
    [/get back/, (count, price, paid) => paid! - count! * price!],
    [/times as many/, (a, times) => a! + a! * times!],
    [/damaged/, (count, each, lost) => count! * each! - lost!],
    [/a day for/, (start, perDay, count, more) => start! + perDay! * count! + more!],
  ]

  it.each([1, 2, 3])('has the answer that its story gives, %i digits', (digits) => {
    const seen = new Set<RegExp>()
    for (const { problem, answer } of made('word-problems', digits)) {
      const fitting = answers.filter(([phrase]) => phrase.test(problem))
      expect(fitting, problem).toHaveLength(1)
      const [phrase, compute] = fitting[0]!
      expect(answer, problem).toBe(compute(...numbersIn(problem)))
      seen.add(phrase)
    }
    expect(seen.size).toBe(answers.length)
  })
})
