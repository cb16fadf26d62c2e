import type { MathAnswer } from './compare/answer.ts'
import { answerOfGold, answerOfResponse } from './extract/final-answer.ts'
import type { AnswerKind } from './kind.ts'
import { constantValue } from './value/leaf.ts'

interface NumberAnswer {
  readonly text: string
  readonly value: number
}

/**
 * Numbers compared as doubles: equal when they differ by at most `tolerance` times the larger one's size. Units and
 * percent signs are ignored.
 */
export function numberKind(tolerance: number): AnswerKind<NumberAnswer> {
  return {
    extract: (response) => numberOf(answerOfResponse(response)),
    extractGold: (gold) => numberOf(answerOfGold(gold)),
    compare: (a, b) => ({
      equal: Math.abs(a.value - b.value) <= tolerance * Math.max(Math.abs(a.value), Math.abs(b.value)),
      gaveUp: false,
    }),
    show: (answer) => answer.text,
    key: (answer) => String(answer.value),
  }
}

function numberOf(answer: MathAnswer | null): NumberAnswer | null {
  let shape = answer?.shape ?? null
  if (shape?.kind === 'assignment') shape = shape.value
  if (shape?.kind !== 'value') return null
  const value = constantValue(shape.leaf)
  return value === null || !Number.isFinite(value) ? null : { text: answer!.text, value }
}
