import { compareAnswers, type MathAnswer, shapesOf } from './compare/answer.ts'
import type { Shape, Value } from './compare/shape.ts'
import { answerOfGold, answerOfResponse } from './extract/final-answer.ts'
import type { AnswerKind } from './kind.ts'
import { commensurable } from './notation/units.ts'
import { toNumber } from './rational.ts'
import { constantValue, traitsOf } from './value/leaf.ts'

interface NumberAnswer {
  readonly answer: MathAnswer
  readonly value: number
  readonly shape: Value
}

/**
 * Numbers compared as doubles: equal when they differ by at most `tolerance` times the larger one's size. A unit is
 * converted to the other's, and ignored where the other has none; percent signs are ignored. Answers that are equal as
 * mathematics are equal here too.
 */
export function numberKind(tolerance: number): AnswerKind<NumberAnswer> {
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))
  return {
    extract: (response) => numberOf(answerOfResponse(response)),
    extractGold: (gold) => numberOf(answerOfGold(gold)),
    compare: (a, b) => {
      if (nearMeasures(a, b, near)) return { equal: true, gaveUp: false }
      return compareAnswers(a.answer, b.answer)
    },
    show: ({ answer }) => answer.text,
    key: ({ answer }) => answer.key,
  }
}

function nearMeasures(a: NumberAnswer, b: NumberAnswer, near: (a: number, b: number) => boolean): boolean {
  const [left, right] = [a.shape.label.units, b.shape.label.units]
  const pairs = left.flatMap((from) => right.filter((to) => commensurable(from, to)).map((to) => [from, to] as const))
  if (pairs.length === 0) return (left.length === 0 || right.length === 0) && near(a.value, b.value)
  return pairs.some(([from, to]) => near(a.value * toNumber(from.factor), b.value * toNumber(to.factor)))
}

// in the first reading that is a number: 5 m may be five metres
function numberOf(answer: MathAnswer | null): NumberAnswer | null {
  if (answer === null) return null
  for (const reading of shapesOf(answer)) {
    const shape = valueIn(reading)
    const value = shape === null || !traitsOf(shape.leaf).constant ? null : constantValue(shape.leaf)
    if (value !== null && Number.isFinite(value)) return { answer, value, shape: shape! }
  }
  return null
}

// x = 5, (B) 5 and at least 5 hold a number
function valueIn(shape: Shape): Value | null {
  if (shape.kind === 'value') return shape
  if (shape.kind === 'assignment') return valueIn(shape.value)
  return shape.kind === 'choice' || shape.kind === 'bound' ? valueIn(shape.of) : null
}
