import { describe, expect, test } from 'vitest'
import { checkerOf } from './support.ts'

describe('choice', () => {
  test.each([
    ['\\boxed{B}', 'B'],
    ['\\boxed{\\text{(B) } 12}', 'B'],
    ['The answer is (D).', 'D'],
    ['The correct option is **A**', 'A'],
    ['Either (A) or (C), so (C) it is', 'C'],
    ['Let me see.\nE', 'E'],
    ['b', 'B'],
    ['A dog and I went home', null],
    ['', null],
  ])('%j -> %s', async (response, letter) => {
    const checker = await checkerOf({ kind: 'choice' })
    expect((await checker.vote([response])).answers).toEqual([letter])
  })

  test('compares letters', async () => {
    const checker = await checkerOf({ kind: 'choice' })
    expect(await checker.grade('\\boxed{C}', 'I choose (C).')).toEqual({ equal: true, gold: 'C', prediction: 'C' })
    expect((await checker.grade('C', 'I choose (D).')).equal).toBe(false)
  })
})

describe('exact', () => {
  test('compares letter by letter, white space aside', async () => {
    const checker = await checkerOf({ kind: 'exact' })
    expect((await checker.grade('two  words', 'hm\n\\boxed{two words}')).equal).toBe(true)
    expect((await checker.grade('Paris', 'The answer is Paris.')).equal).toBe(true)
    expect((await checker.grade('Paris', 'the answer is paris')).equal).toBe(false)
    expect((await checker.grade('0.5', '1/2')).equal).toBe(false)
    expect((await checker.grade('42', 'I think:\n42\n')).prediction).toBe('42')
    expect((await checker.vote(['', '\\boxed{ }'])).answers[0]).toBeNull()
    expect((await checker.grade('a cat', 'The answer is a cat.')).equal).toBe(true)
    expect((await checker.grade('Paris', '<think>The answer is Rome.</think>\nThe answer is **Paris**.')).equal).toBe(
      true,
    )
    expect((await checker.grade('Paris', '<answer>Paris</answer>')).equal).toBe(true)
  })
})

describe('number', () => {
  test('compares with a relative tolerance', async () => {
    const checker = await checkerOf({ kind: 'number', tolerance: 0.01 })
    expect((await checker.grade('100', 'so \\boxed{100.9}')).equal).toBe(true)
    expect((await checker.grade('100', 'so \\boxed{102}')).equal).toBe(false)
    expect((await checker.grade('\\frac13', '0.333')).equal).toBe(true)
    expect((await checker.grade('-2', '2')).equal).toBe(false)
    expect((await checker.grade('5', 'x = 5.01 cm')).equal).toBe(true)
    expect((await checker.grade('5', '\\boxed{(1, 2)}')).prediction).toBeNull()
  })

  test('zero takes no tolerance', async () => {
    const checker = await checkerOf({ kind: 'number', tolerance: 0.01 })
    expect((await checker.grade('0', '0.0')).equal).toBe(true)
    expect((await checker.grade('0', '0.001')).equal).toBe(false)
  })

  test.each([
    ['3000000', '3 million', true],
    ['3', 'The population is 3 million.', false],
    ['90 minutes', '1 hour 30 minutes', true],
    ['90 minutes', 'It takes 1 hour and 31 minutes.', false],
    ['5 m', '500 cm', true],
    ['5 m', '501 cm', true],
    ['5 m', '600 cm', false],
    ['5 kg', '5 metres', false],
    ['5', 'x + 1', false],
    ['220', '5x', false],
    ['5', '\\boxed{\\text{at least } 5}', true],
    ['5', '5 cm', true],
    ['28', '28%', true],
    ['0.28', '28%', true],
    ['24', '2 dozen eggs', true],
    ['66 inches', '\\boxed{5\'6"}', true],
    ['5', '\\boxed{\\text{(B) } 5}', true],
    ['12', '<think>\\boxed{4}</think>答案是12个。', true],
    ['1/2', 'She ate ½ of it.', true],
  ])('quantities: %s and %s: %s', async (gold, prediction, equal) => {
    const checker = await checkerOf({ kind: 'number', tolerance: 0.005 })
    expect((await checker.grade(gold, prediction)).equal).toBe(equal)
  })
})
