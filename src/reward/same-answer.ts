import type { AnswerChecker } from '../answers/answer-checker.ts'
import type { Config } from '../config/schema.ts'

/** An answer as a text in which it is found: in a box, except for a module, whose answers are texts already. */
export const shownAnswer = (answer: string, { answers }: Pick<Config['reward'], 'answers'>): string =>
  answers === 'module' ? answer : `\\boxed{${answer}}`

/** Whether two bare answers are equal. */
export function sameAnswer(
  checker: AnswerChecker,
  reward: Pick<Config['reward'], 'answers'>,
): (a: string, b: string) => Promise<boolean> {
  return async (a, b) => a === b || (await checker.grade(shownAnswer(a, reward), shownAnswer(b, reward))).equal
}
