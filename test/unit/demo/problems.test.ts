import { describe, expect, it } from 'vitest'
import { apply, easyRanges, type Operator, type Problem, wideRanges } from '../../../scripts/demo/problem.ts'
import { coherent, skeleton } from '../../../scripts/demo/skeleton.ts'
import { drawProblem, solution } from '../../../scripts/demo/templates.ts'
import { drawer } from '../../../src/questions/draw.ts'

function drawn(count: number, ranges = easyRanges): Problem[] {
  const draw = drawer(['problems.test'])
  return Array.from({ length: count }, () => drawProblem(draw, ranges))
}

/** The right side that an equation should have. */
function result(equation: string): number {
  const percent = /^(\d+) percent of (\d+) = \d+$/.exec(equation)
  if (percent) return (Number(percent[1]) * Number(percent[2])) / 100
  const [, left, operator, right] = /^(\d+) ([-+*/]) (\d+) = \d+$/.exec(equation) as RegExpExecArray
  return apply(Number(left), operator as Operator, Number(right))
}

describe.each([
  ['easy', easyRanges],
  ['wide', wideRanges],
])('%s problems', (_, ranges) => {
  const problems = drawn(4000, ranges)

  it('have correct steps that end in the answer', () => {
    for (const { steps, answer } of problems) {
      for (const equation of steps) expect(Number(equation.split(' = ')[1]), equation).toBe(result(equation))
      expect(steps.at(-1)).toMatch(new RegExp(`= ${answer}$`))
    }
  })

  it('start from numbers that the text names, and end in a positive one', () => {
    for (const { family, text, steps, answer } of problems) {
      expect(answer).toBeGreaterThan(0)
      if (family !== 'chain') continue
      const [start] = (steps[0] as string).split(' ')
      expect(text.split('.')[0]).toContain(` ${start} `)
    }
  })
})

describe('the problems', () => {
  const problems = drawn(20_000)

  it('come in eight families by their weights', () => {
    const shares = new Map<string, number>()
    for (const { family } of problems) shares.set(family, (shares.get(family) ?? 0) + 1 / problems.length)
    const weights = { chain: 0.34, cost: 0.14, equation: 0.12, rate: 0.1 }
    expect(shares.size).toBe(8)
    for (const [family, weight] of Object.entries(weights)) expect(shares.get(family)).toBeCloseTo(weight, 1)
  })

  it('are short, nearly all different, one question each, of plain characters', () => {
    const words = problems.map(({ text }) => text.split(' ').length)
    expect(Math.max(...words)).toBeLessThanOrEqual(40)
    expect(words.reduce((sum, count) => sum + count, 0) / words.length).toBeLessThan(26)
    expect(new Set(problems.map(({ text }) => text)).size).toBeGreaterThan(0.99 * problems.length)
    for (const { text } of problems) {
      expect(text).toMatch(/^[A-Z][A-Za-z0-9 ,.+=?-]*[.?]$/)
      expect(text).not.toMatch(/undefined|NaN|\s{2}/)
      expect(text.match(/\?|\bFind\b/g)).toHaveLength(1)
    }
  })

  it('are the same for the same key', () => {
    expect(drawn(50)).toEqual(drawn(50))
    const other = drawer(['another key'])
    expect(drawProblem(other, easyRanges)).not.toEqual(drawn(1)[0])
  })
})

describe('solution', () => {
  const problem: Problem = {
    family: 'chain',
    text: '',
    answer: 32,
    steps: ['12 + 4 = 16', '16 * 2 = 32'],
    terselyAsked: false,
  }
  it.each([
    ['worked', '12 + 4 = 16. 16 * 2 = 32. The answer is \\boxed{32}.'],
    ['semi', '16 * 2 = 32. The answer is \\boxed{32}.'],
    ['terse', 'The answer is \\boxed{32}.'],
  ] as const)('%s', (style, text) => {
    expect(solution(problem, style)).toBe(text)
  })
})

describe('apply', () => {
  it('refuses a division with a remainder', () => {
    expect(apply(12, '/', 3)).toBe(4)
    expect(() => apply(13, '/', 3)).toThrow('13 / 3 is not a whole number')
  })
})

describe('skeleton', () => {
  it('is the template without its slots', () => {
    expect(skeleton('In the barn, Omar keeps 13 kites. How many kites are there now?')).toEqual([
      'In the PLACE, NAME keeps # THINGS.',
      'How many THINGS are there now?',
    ])
    expect(
      skeleton('Suppose that the number k satisfies 5k - 7 = 23, as Dina noticed in Quito. Find the value of k.'),
    ).toEqual([
      'Suppose that the number LETTER satisfies #LETTER - # = #, as NAME noticed in CITY.',
      'Find the value of LETTER.',
    ])
  })

  it('detects a question about something else', () => {
    expect(coherent('In the barn, Omar keeps 13 kites. Then 2 get lost. How many kites remain at the end?')).toBe(true)
    expect(coherent('In the barn, Omar keeps 13 kites. Then 2 get lost. How many stamps remain at the end?')).toBe(
      false,
    )
    expect(coherent('Let y be a number with 3y + 2 = 8. Find the value of y.')).toBe(true)
    expect(coherent('Let y be a number with 3y + 2 = 8. Find the value of m.')).toBe(false)
    for (const { text } of drawn(2000)) expect(coherent(text), text).toBe(true)
  })
})
