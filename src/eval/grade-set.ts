import { createAnswerChecker } from '../answers/create-checker.ts'
import { type AnswerClasses, classifyAnswers } from './answer-classes.ts'
import type { EvalItem, EvalSet } from './eval-set.ts'
import { gradeResponses, type Verdict } from './evaluate.ts'
import { answeringPart, type EvalFormat } from './prompt.ts'
import type { StoredResponse } from './response-store.ts'

/** A question, the model's samples, and what they are worth. */
export interface GradedItem {
  readonly item: EvalItem
  readonly responses: readonly StoredResponse[] // [samples]
  readonly verdicts: readonly Verdict[] // [samples]
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
    const judged: GradedItem[] = []
    for (const [i, item] of set.items.entries()) {
      const texts = responses[i]!.map(({ text }) => answeringPart(text, format))
      const verdicts = await gradeResponses(checker, item.answer, texts)
      const classes = await classifyAnswers(checker, texts, verdicts)
      judged.push({ item, responses: responses[i]!, verdicts, classes })
    }
    return judged
  } finally {
    await checker.close()
  }
}

/** A line of the per-question file, for people. */
export const itemLine = ({ name }: EvalSet, { item, responses, verdicts }: GradedItem): object => ({
  set: name,
  id: item.id,
  key: item.key,
  line: item.line,
  ...item.groups,
  question: item.problem,
  known: item.answer,
  right: verdicts.filter((verdict) => verdict.right).length,
  samples: verdicts.map((verdict, i) => ({ ...verdict, ...responses[i]! })),
})
