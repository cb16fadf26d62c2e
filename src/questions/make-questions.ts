import { UserError } from '../errors.ts'
import { foldedText } from '../filter/rouge.ts'
import { drawer } from './draw.ts'
import { type FamilyName, families } from './families.ts'
import type { Question } from './question.ts'

export interface QuestionSet {
  readonly families: readonly FamilyName[] // they take turns
  readonly count: number // of questions, of all families together
  readonly key: readonly (string | number)[] // other questions for another key
  readonly digits: number
  readonly operations: number | null // null: each family's own
  readonly exclude: ReadonlySet<string> // questions that must not be made, as foldedText writes them
}

export interface MadeQuestion extends Question {
  readonly family: FamilyName
}

// draws in a row that give nothing new, after which a family counts as exhausted
const mostRepeats = 10_000

/**
 * Questions drawn from templates, each once. The same set gives the same questions on every machine, and a larger count
 * begins with those of a smaller one.
 * @throws UserError if a family has fewer different questions
 */
export function makeQuestions(set: QuestionSet): MadeQuestion[] {
  const made: MadeQuestion[] = []
  const taken = new Set(set.exclude)
  const sources = set.families.map((family) => ({ family, draw: drawer([family, ...set.key]) }))
  while (made.length < set.count) {
    const { family, draw } = sources[made.length % sources.length]!
    const size = { digits: set.digits, operations: set.operations ?? families[family].operations ?? 1 }
    let repeats = 0
    let question = families[family].draw(draw, size)
    while (taken.has(foldedText(question.problem))) {
      repeats += 1
      if (repeats === mostRepeats) throw exhausted(family, made, set)
      question = families[family].draw(draw, size)
    }
    taken.add(foldedText(question.problem))
    made.push({ ...question, family })
  }
  return made
}

function exhausted(family: FamilyName, made: readonly MadeQuestion[], { count, exclude }: QuestionSet): UserError {
  const own = made.filter((question) => question.family === family).length
  const besides = exclude.size === 0 ? '' : ' besides the excluded ones'
  return new UserError(
    `--count ${count}: ${family} has hardly more than ${own} different questions of this size${besides}: ask for fewer, or raise --digits or --operations`,
  )
}
