import { createHash } from 'node:crypto'
import type { AnswerChecker, AnswerConfig } from '../answers/answer-checker.ts'
import { UserError } from '../errors.ts'
import { stringifyJson } from '../json-integers.ts'
import type { JsonLine } from '../jsonl.ts'
import { defaultSuffix, type Grouping, groupings, type SetAdapter } from './adapter.ts'
import { choiceLetter, isAmong, letterRange } from './choices.ts'
import type { EvalItem, EvalSet } from './eval-set.ts'
import { isMissing, type Row, renderLayout, requiredFields, textOf } from './layout.ts'
import { choicesOf, kindOf, problemOf } from './read-choices.ts'

/** Lines of a set, and where they come from. */
export interface SetRows {
  readonly source: string
  readonly rows: readonly JsonLine[]
}

export interface ReadOptions {
  readonly limit?: number // at most this many, from the first; 0 = all
  readonly answers?: AnswerRule | null // instead of the adapter's kind
}

/** A kind of answers; unspecified parts come from the set. */
export type AnswerRule = Pick<AnswerConfig, 'kind'> & Partial<AnswerConfig>

/**
 * A set's lines to questions, through its adapter.
 * @throws UserError naming the source, the line, what is missing, what was looked for and what is there
 */
export function readSet(
  { source, rows }: SetRows,
  described: SetAdapter,
  { limit = 0, answers = null }: ReadOptions = {},
): EvalSet {
  // a module reads a known answer as it is written
  const adapter =
    answers === null ? described : { ...described, kind: answers.kind === 'module' ? ('exact' as const) : answers.kind }
  const chosen = limit > 0 ? rows.slice(0, limit) : rows
  const read = chosen.flatMap((row) =>
    adapter.skipUnanswered && isUnanswered(row, adapter) ? [] : readItem(row, adapter, source),
  )
  const items = withKeys(
    read,
    read.map(({ answer }) => answer),
  )
  if (items.length === 0) throw new UserError(`${source}: no line has an answer`)
  const kind = adapter.kind ?? kindOf(source, items)
  return {
    name: adapter.name,
    title: adapter.title ?? adapter.name,
    source,
    tolerance: adapter.tolerance,
    module: null,
    timeLimitMs: 1000,
    ...answers,
    kind: answers?.kind ?? kind,
    suffix: adapter.suffix ?? defaultSuffix[kind],
    examples: adapter.examples,
    items,
  }
}

const isUnanswered = ({ value }: JsonLine, { answer }: SetAdapter): boolean =>
  answer.every((name) => isNoAnswer(((value ?? {}) as Row)[name]))

// collections that box answers also box empty ones
const isNoAnswer = (value: unknown): boolean => isMissing(value) || /^\\boxed\{\s*\}$/.test(textOf(value).trim())

function readItem({ line, value }: JsonLine, adapter: SetAdapter, source: string): EvalItem {
  const where = `${source}:${line}`
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(`${where}: expected {"problem": "...", "answer": "..."}, found ${describeValue(value)}`)
  }
  const row = value as Row
  const asked = firstLayout(adapter, row)
  if (asked === null)
    throw missing(
      'question',
      adapter.question.map((layout) => requiredFields(layout).join(' + ')),
      { where, row, adapter },
    )
  const choices = choicesOf(adapter, row, where)
  const field = adapter.answer.find((name) => !isNoAnswer(row[name]))
  if (field === undefined) throw missing('answer', adapter.answer, { where, row, adapter })
  return {
    id: idOf(adapter, row, line),
    key: '', // when all are read
    line,
    problem: problemOf(asked, choices),
    answer: answerText(row[field], choices, adapter),
    choices: choices?.length ?? 0,
    groups: groupsOf(adapter, row),
  }
}

/** A repeated question gets a number. @param answers [items] that go into the keys */
function withKeys(items: readonly EvalItem[], answers: readonly string[]): EvalItem[] {
  const seen = new Map<string, number>()
  return items.map((item, i) => {
    const content = JSON.stringify([item.problem, answers[i]])
    const key = createHash('sha256').update(content).digest('hex').slice(0, 16)
    const times = (seen.get(key) ?? 0) + 1
    seen.set(key, times)
    return { ...item, key: times === 1 ? key : `${key}-${times}` }
  })
}

const firstLayout = (adapter: SetAdapter, row: Row): string | null => {
  for (const layout of adapter.question) {
    const text = renderLayout(layout, row)
    if (text !== null && text !== '') return text
  }
  return null
}

function answerText(value: unknown, choices: readonly string[] | null, adapter: SetAdapter): string {
  const isChoice = adapter.kind === 'choice' || (adapter.kind === undefined && choices !== null)
  const letter = isChoice ? choiceLetter(value, choices) : null
  if (letter !== null) return letter
  const text = textOf(value)
  return adapter.answerEnd === undefined ? text : text.replace(new RegExp(adapter.answerEnd), '')
}

const idOf = (adapter: SetAdapter, row: Row, line: number): string => {
  const field = adapter.id.find((name) => !isMissing(row[name]))
  return field === undefined ? `line-${line}` : textOf(row[field])
}

function groupsOf(adapter: SetAdapter, row: Row): EvalItem['groups'] {
  const groups: Partial<Record<Grouping, string>> = {}
  for (const grouping of groupings) {
    const { fields, names } = adapter[grouping]
    const field = fields.find((name) => !isMissing(row[name]))
    if (field === undefined) continue
    const value = textOf(row[field]).replace(/^Level (?=\d)/, '')
    groups[grouping] = names?.[value] ?? value
  }
  return groups
}

function missing(
  what: 'question' | 'answer',
  lookedFor: readonly string[],
  { where, row, adapter }: { where: string; row: Row; adapter: SetAdapter },
): UserError {
  const has = Object.keys(row).filter((name) => !isMissing(row[name]))
  const there = has.length === 0 ? 'nothing' : has.slice(0, 20).join(', ')
  return new UserError(
    `${where}: expected {"problem": "...", "answer": "..."}: no ${what} found for the set ${adapter.name} ` +
      `(looked for ${lookedFor.join(', ')}; the line has ${there}). ` +
      'Rename the field, or describe the set with --adapter FILE (docs/evaluation.md)',
  )
}

const describeValue = (value: unknown): string => (stringifyJson(value) ?? 'nothing').slice(0, 40)

/**
 * Do the known answers hold an answer of the set's kind?
 * @returns the set; its keys are of the answers as found, so that 18, \boxed{18} and a solution that ends in it have one
 * @throws UserError naming the first line whose answer does not
 */
export async function requireAnswersOfKind(set: EvalSet, checker: AnswerChecker): Promise<EvalSet> {
  const found: string[] = []
  for (const { line, answer, choices } of set.items) {
    const { gold } = await checker.grade(answer, answer)
    const isOutside = set.kind === 'choice' && gold !== null && choices > 0 && !isAmong(gold, choices)
    if (gold === null || isOutside) throw notOfKind(set, { line, answer, choices })
    found.push(gold)
  }
  return { ...set, items: withKeys(set.items, found) }
}

function notOfKind(
  { source, kind }: EvalSet,
  { line, answer, choices }: Pick<EvalItem, 'line' | 'answer' | 'choices'>,
) {
  const expected = {
    math: 'an answer',
    exact: 'an answer',
    number: 'a number',
    module: 'an answer',
    choice: choices > 0 ? `a letter ${letterRange(choices)}` : 'a letter A to J',
  }[kind]
  return new UserError(
    `${source}:${line}: the known answer ${JSON.stringify(answer.slice(0, 80))} is not ${expected}, which answers ` +
      `of kind ${kind} are: give --answers math, choice, exact or number, or describe the set with --adapter FILE`,
  )
}
