import type { MadeQuestion } from './make-questions.ts'

/** A question as a line of a file, for `serl train`, `serl eval` and the like. */
export interface QuestionLine {
  readonly problem: string
  readonly answer: string
  readonly family: string
}

export const questionLine = ({ problem, answer, family }: MadeQuestion): QuestionLine => ({
  problem,
  answer: String(answer),
  family,
})

/** The same line with what `serl sft` learns from. */
export interface WorkedLine extends QuestionLine {
  readonly prompt: string
  readonly response: string // "47 + 38: 40 + 30 = 70, 7 + 8 = 15, 70 + 15 = 85. The answer is \boxed{85}."
}

/** @param suffix put after the question, as rollout.suffix is */
export const workedLine = (question: MadeQuestion, suffix: string): WorkedLine => ({
  ...questionLine(question),
  prompt: question.problem + suffix,
  response: [...question.steps, `The answer is \\boxed{${question.answer}}`]
    .map((sentence) => `${sentence}.`)
    .join(' '),
})
