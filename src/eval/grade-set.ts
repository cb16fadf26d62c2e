import { createAnswerChecker } from '../answers/create-checker.ts'
import { type AnswerClasses, classifyAnswers } from './answer-classes.ts'
import type { EvalItem, EvalSet } from './eval-set.ts'
import { gradeResponses, type ResponseGrade } from './evaluate.ts'
import { answeringPart, type EvalFormat } from './prompt.ts'
import type { StoredResponse } from './response-store.ts'

/** A question with the model's samples and their grades. */
export interface GradedItem {
  readonly item: EvalItem
  readonly responses: readonly StoredResponse[] // [samples]
  readonly grades: readonly ResponseGrade[] // [samples]
  readonly classes: AnswerClasses
}

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
    const graded: GradedItem[] = []
    for (const [i, item] of set.items.entries()) {
      const texts = responses[i]!.map(({ text }) => answeringPart(text, format))
      const grades = await gradeResponses(checker, item.answer, texts)
      const classes = await classifyAnswers(checker, texts, grades)
      graded.push({ item, responses: responses[i]!, grades, classes })
    }
    return graded
  } finally {
    await checker.close()
  }
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
