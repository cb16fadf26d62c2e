import type { AnswerChecker } from '../answers/answer-checker.ts'
import type { Config } from '../config/schema.ts'

/** Answers are shown bare; in a box, every kind of checker except a module finds them. */
export function sameAnswer(
  checker: AnswerChecker,
  { answers }: Pick<Config['reward'], 'answers'>,
): (a: string, b: string) => Promise<boolean> {
  const shown = (answer: string): string => (answers === 'module' ? answer : `\\boxed{${answer}}`)
  return async (a, b) => a === b || (await checker.grade(shown(a), shown(b))).equal
}
