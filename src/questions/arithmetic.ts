import { type Operator, workedStep } from './columns.ts'
import type { Draw } from './draw.ts'
import { wholeNumber } from './numbers.ts'
import type { Family, Question } from './question.ts'

/** "What is 47 + 38?": a sum, a difference or a product; with more operations, "What is 47 + 3 * 12 - 20?". */
export const arithmetic: Family = (draw, { digits, operations }) =>
  operations === 1 ? oneOperation(draw, digits) : expression(draw, digits, operations)

const kinds = ['+', '-', '*'] as const

function oneOperation(draw: Draw, digits: number): Question {
  const operator = draw.pick(kinds)
  const [left, right] = { '+': sum, '-': difference, '*': product }[operator](draw, digits)
  const { sentence, result } = workedStep(left, operator, right)
  return { problem: `What is ${left} ${operator} ${right}?`, answer: result, steps: [sentence] }
}

type Pair = readonly [number, number]

/** With `digits` digits each. */
const sum = (draw: Draw, digits: number): Pair => [wholeNumber(draw, digits), wholeNumber(draw, digits)]

/** With `digits` digits each, the larger first. */
function difference(draw: Draw, digits: number): Pair {
  const least = 10 ** (digits - 1)
  const left = draw.integer(2 * least, 10 * least - 1)
  return [left, draw.integer(least, left)]
}

/** Up to 9 * 9 with one digit, 12 * 12 with two, 99 * 12 with three, 999 * 12 with four. */
function product(draw: Draw, digits: number): Pair {
  if (digits < 3) {
    const most = digits === 1 ? 9 : 12
    return [draw.integer(2, most), draw.integer(2, most)]
  }
  return [draw.integer(10 ** (digits - 2), 10 ** (digits - 1) - 1), draw.integer(2, 12)]
}

/** Products first, then sums and differences from the left; nothing falls below 0 on the way. */
function expression(draw: Draw, digits: number, operations: number): Question {
  const terms = drawTerms(draw, digits, operations)
  const steps: string[] = []
  const take = (left: number, operator: Operator, right: number): number => {
    const { sentence, result } = workedStep(left, operator, right)
    steps.push(sentence)
    return result
  }
  const values = terms.map(([first, second]) => (second === undefined ? first : take(first, '*', second)))
  let answer = values[0]!
  let written = terms[0]!.join(' * ')
  for (const [i, term] of terms.entries()) {
    if (i === 0) continue
    const operator = draw.chance(0.5) && values[i]! <= answer ? '-' : '+'
    answer = take(answer, operator, values[i]!)
    written += ` ${operator} ${term.join(' * ')}`
  }
  return { problem: `What is ${written}?`, answer, steps }
}

type Term = readonly [number] | Pair // a number, or the two of a product

/** Terms with so many operations in them and between them; a third are products. */
function drawTerms(draw: Draw, digits: number, operations: number): Term[] {
  const terms: Term[] = []
  let left = operations + 1 // the first term has no operator in front
  while (left > 0) {
    const isProduct = left >= 2 && draw.chance(1 / 3)
    terms.push(isProduct ? product(draw, digits) : [wholeNumber(draw, digits)])
    left -= isProduct ? 2 : 1
  }
  return terms
}
