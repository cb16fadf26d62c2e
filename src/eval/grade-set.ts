import type { AnswerChecker } from '../answers/answer-checker.ts'
import { createAnswerChecker } from '../answers/create-checker.ts'
import { type AnswerClasses, classifyAnswers } from './answer-classes.ts'
import type { EvalItem, EvalSet } from './eval-set.ts'
import { gradeResponses, type ResponseGrade } from './evaluate.ts'
import { answeringPart, type EvalFormat } from './prompt.ts'
import type { StoredResponse } from './response-store.ts'

/** A question with the model's samples and their grades. */
export interface Graded<Question> {
  readonly item: Question
  readonly responses: readonly StoredResponse[] // [samples]
  readonly grades: readonly ResponseGrade[] // [samples]
  readonly classes: AnswerClasses
}

export type GradedItem = Graded<EvalItem>

/**
 * Grades all responses to a set.
 * @param responses [items][samples]
 */
export async function gradeSet(
  set: EvalSet,
  responses: readonly (readonly StoredResponse[])[],
  format: EvalFormat,
): Promise<GradedItem[]> {
  const checker = await createAnswerChecker(set)
  try {
    return await gradeItems(checker, set.items, responses, format)
  } finally {
    await checker.close()
  }
}

/** As gradeSet, with a checker that is open already. */
export async function gradeItems<Question extends { readonly answer: string }>(
  checker: AnswerChecker,
  items: readonly Question[],
  responses: readonly (readonly StoredResponse[])[],
  format: EvalFormat,
): Promise<Graded<Question>[]> {
  const graded: Graded<Question>[] = []
  for (const [i, item] of items.entries()) {
    const texts = responses[i]!.map(({ text }) => answeringPart(text, format))
    const grades = await gradeResponses(checker, item.answer, texts)
    const classes = await classifyAnswers(checker, texts, grades)
    graded.push({ item, responses: responses[i]!, grades, classes })
  }
  return graded
}

/** A line of the per-question file, for people. */
export const itemLine = ({ name }: EvalSet, { item, responses, grades }: GradedItem): object => ({
  set: name,
  id: item.id,
  key: item.key,
  line: item.line,
  ...item.groups,
  question: item.problem,
  known: item.answer,
  right: grades.filter((grade) => grade.right).length,
  samples: grades.map((grade, i) => ({ ...grade, ...responses[i]! })),
})
