import { compareAnswers, type MathAnswer } from './compare/answer.ts'
import { answerOfGold, answerOfResponse } from './extract/final-answer.ts'
import type { AnswerKind } from './kind.ts'

/** Answers in mathematical notation, compared by what they mean. */
export const mathKind: AnswerKind<MathAnswer> = {
  extract: answerOfResponse,
  extractGold: answerOfGold,
  compare: compareAnswers,
  show: (answer) => answer.text,
  key: (answer) => answer.key,
}
