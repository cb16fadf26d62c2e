import type { AnswerChecker } from '../answers/answer-checker.ts'
import type { ResponseGrade } from './evaluate.ts'
import type { AnswerClass } from './statistics/at-k.ts'

/** A question's samples by their answers. */
export interface AnswerClasses {
  readonly classes: readonly AnswerClass[]
  readonly answerless: number
}

/**
 * Sorts the samples of one question into classes of equal answers, by repeated votes: the winner's class is removed,
 * and the rest vote. Equality need not be transitive (64% is 64, and is 0.64), so that the largest class comes first.
 * A class is right when most of its samples equal the known answer.
 * @param texts [samples]
 * @param grades [samples] of the same texts
 */
export async function classifyAnswers(
  checker: AnswerChecker,
  texts: readonly string[],
  grades: readonly ResponseGrade[],
): Promise<AnswerClasses> {
  if (texts.length === 1) return aloneInClass(grades[0]!)
  let rest = grades.flatMap(({ answer }, i) => (answer === null ? [] : [i]))
  const answerless = texts.length - rest.length
  const classes: AnswerClass[] = []
  while (rest.length > 0) {
    const { rewards } = await checker.vote(rest.map((i) => texts[i]!))
    const winners = rest.filter((_, i) => rewards[i] === 1)
    if (winners.length === 0) break // a user's checker that finds no answer any more
    const right = winners.filter((i) => grades[i]!.right).length
    classes.push({ size: winners.length, right: 2 * right > winners.length })
    rest = rest.filter((_, i) => rewards[i] !== 1)
  }
  return { classes, answerless: answerless + rest.length }
}

/** Without a vote: comparisons of a user's module take time. */
const aloneInClass = ({ answer, right }: ResponseGrade): AnswerClasses =>
  answer === null ? { classes: [], answerless: 1 } : { classes: [{ size: 1, right }], answerless: 0 }
