import { describe, expect, test } from 'vitest'
import { checkerOf } from './support.ts'

const checker = await checkerOf()
const box = (...answers: string[]): string[] => answers.map((answer) => `so it is \\boxed{${answer}}.`)

describe('majority vote', () => {
  test('rewards every spelling of the winning answer', async () => {
    const vote = await checker.vote(box('1/2', '0.5', '3', '\\frac{2}{4}', '3'))
    expect([...vote.rewards]).toEqual([1, 1, 0, 1, 0])
    expect(vote).toMatchObject({ majority: '1/2', majorityShare: 0.6, classes: 2, answerless: 0, timeouts: 0 })
    expect(vote.answers).toEqual(['1/2', '0.5', '3', '\\frac{2}{4}', '3'])
  })

  test('the first of the rows with most votes wins a tie', async () => {
    expect([...(await checker.vote(box('7', '8', '8', '7'))).rewards]).toEqual([1, 0, 0, 1])
  })

  test('texts without an answer neither vote nor win', async () => {
    const vote = await checker.vote(['no idea', 'none here', 'nothing at all', ...box('4')])
    expect([...vote.rewards]).toEqual([0, 0, 0, 1])
    expect(vote).toMatchObject({ majority: '4', majorityShare: 0.25, classes: 1, answerless: 3 })
  })

  test('nothing votes', async () => {
    const vote = await checker.vote(['no idea', ''])
    expect([...vote.rewards]).toEqual([0, 0])
    expect(vote).toMatchObject({ majority: null, majorityShare: 0, classes: 0, answerless: 2 })
    expect(await checker.vote([])).toMatchObject({ majority: null, majorityShare: 0 })
  })

  // 64% equals 64 and equals 0.64, which do not equal one another
  test('the row that equals most rows wins where equality is not transitive', async () => {
    const vote = await checker.vote(box('64', '0.64', '64\\%'))
    expect(vote.majority).toBe('64\\%')
    expect([...vote.rewards]).toEqual([1, 1, 1])
    expect(vote.classes).toBe(2)
  })

  test('answers that cannot be read equal only themselves', async () => {
    const strange = '\\min at 2 n \\pi'
    const vote = await checker.vote(box(strange, '5', strange, '\\max at 2 n \\pi'))
    expect([...vote.rewards]).toEqual([1, 0, 1, 0])
  })

  test('a comparison given up counts as unequal and is reported', async () => {
    const sums = ['i', 'j'].map((v) => `\\sum_{a=1}^{900}\\sum_{b=1}^{900}\\sum_{c=1}^{900} a b c ${v}`)
    const vote = await checker.vote(box(...sums))
    expect([...vote.rewards]).toEqual([1, 0])
    expect(vote.timeouts).toBe(1)
  })
})

describe('rule reward', () => {
  test('rewards the rows equal to the reference and still counts the vote', async () => {
    const vote = await checker.againstGold([...box('0.25', '4', '4', '1/4'), 'no idea'], '\\frac14')
    expect([...vote.rewards]).toEqual([1, 0, 0, 1, 0])
    expect(vote).toMatchObject({ majority: '0.25', majorityShare: 0.4, classes: 2, answerless: 1 })
  })

  test.each([
    ['45', '45'],
    ['\\frac12', '0.5'],
    ['\\boxed{\\left( 3, \\frac{\\pi}{2} \\right)}', '(3, \\pi/2)'],
    ['We have $6 \\cdot 7 = 42$, so there are $\\boxed{42}$ ways.', '42'],
    ['She has 3 + 4 = 7 apples.\n#### 7', '7'],
    ['x \\in [1, 2)', '[1,2)'],
    ['Evelyn', '\\text{Evelyn}'],
    ['5 apples', '5'],
  ])('reference %s takes %s', async (gold, answer) => {
    expect([...(await checker.againstGold(box(answer), gold)).rewards]).toEqual([1])
  })
})
