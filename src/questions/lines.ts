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
export interface AnsweredLine extends QuestionLine {
  readonly prompt: string
  readonly response: string
}

/** How a response comes to its answer: step by step, or at once. */
export type Way = 'worked' | 'direct'

/**
 * "47 + 38: 40 + 30 = 70, 7 + 8 = 15, 70 + 15 = 85. The answer is \boxed{85}." or the last sentence alone.
 * @param suffix put after the question, as rollout.suffix is
 */
export const answeredLine = (question: MadeQuestion, way: Way, suffix: string): AnsweredLine => ({
  ...questionLine(question),
  prompt: question.problem + suffix,
  response: [...(way === 'worked' ? question.steps : []), `The answer is \\boxed{${question.answer}}`]
    .map((sentence) => `${sentence}.`)
    .join(' '),
})
