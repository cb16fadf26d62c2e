import { UserError } from '../errors.ts'
import { stringifyJson } from '../json-integers.ts'
import type { SetAdapter, SetKind } from './adapter.ts'
import { isLetter, letterRange, listChoices, listsChoices, mostChoices, readChoices } from './choices.ts'
import type { EvalItem } from './eval-set.ts'
import { isMissing, type Row } from './layout.ts'

/**
 * The choices in a line; null if it has none.
 * @param where source and line
 * @throws UserError if there are choices that cannot be read, or more than letters are looked for
 */
export function choicesOf(adapter: SetAdapter, row: Row, where: string): string[] | null {
  const field = adapter.choices.find((name) => !isMissing(row[name]))
  if (field === undefined) return null
  const choices = readChoices(row[field])
  if (choices !== null && choices.length > mostChoices) {
    throw new UserError(
      `${where}: "${field}" has ${choices.length} choices, but answers can only be letters ` +
        `${letterRange(mostChoices)}: shorten the list, or ask without it: "choices": [] in an adapter (--adapter FILE)`,
    )
  }
  if (choices !== null || (adapter.kind !== undefined && adapter.kind !== 'choice')) return choices
  throw new UserError(
    `${where}: the choices in "${field}" cannot be read: ${stringifyJson(row[field])?.slice(0, 80)}. Expected a list, ` +
      '{"A": "...", "B": "..."}, {"text": [...]} or "A) ... B) ..."; if the answers are not letters, give --answers math, ' +
      'exact or number',
  )
}

/** What choices are put under, where a question does not list them itself. */
export const choicesHeading = '\nAnswer Choices: '

/** A question with its choices, where it does not list them itself. */
export const problemOf = (asked: string, choices: readonly string[] | null): string =>
  choices === null || listsChoices(asked, choices) ? asked : `${asked}${choicesHeading}${listChoices(choices)}`

/**
 * The kind of answers of a set that does not specify it: choice if every line has choices and a letter, math if none
 * has choices.
 * @throws UserError where some have choices and others not, or an answer is none of the choices
 */
export function kindOf(source: string, items: readonly EvalItem[]): SetKind {
  const chosen = items.find(({ choices }) => choices > 0)
  if (chosen === undefined) return 'math'
  const other = items.find(({ answer, choices }) => choices === 0 || !isLetter(answer, choices))
  if (other === undefined) return 'choice'
  const problem =
    other.choices === 0
      ? `the line has no choices, and line ${chosen.line} has some`
      : `the known answer ${JSON.stringify(other.answer.slice(0, 80))} is neither a letter ${letterRange(other.choices)} nor ` +
        'the text of a choice'
  throw new UserError(
    `${source}:${other.line}: ${problem}: say what answers are with --answers choice, math, exact or number, or describe ` +
      'the set with --adapter FILE',
  )
}
