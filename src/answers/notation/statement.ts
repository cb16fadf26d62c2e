import { readCompound } from './compound.ts'
import { readExpression } from './expression.ts'
import { type ListJoiner, type Node, REALS_NAME, UNREADABLE } from './node.ts'
import {
  exceptionsOfReals,
  leadingWords,
  proseOf,
  readChoice,
  readTexts,
  splitCondition,
  trailingWords,
} from './prose.ts'
import { type Reader, splitRange, within } from './reader.ts'
import type { Token } from './token.ts'
import { FILLERS } from './wording.ts'

const CONNECTORS = new Set(['and', 'or'])

const isWord = (token: Token | undefined, text?: string): boolean =>
  token?.kind === 'word' && (text === undefined || token.text.toLowerCase() === text)

/** Reads [from, to): statements and values separated by commas, semicolons, "and", "or". */
export function readList(reader: Reader, from: number, to: number): Node {
  if (from >= to) throw UNREADABLE
  const compound = readCompounds(reader, from, to)
  if (compound !== null) return compound
  if (isPlainValue(reader, from, to)) {
    const value = within(reader, from, to, readExpression)
    reader.at = to
    return value
  }
  const heading = headingEnd(reader, from, to)
  if (heading > from && headings(reader, heading, to) === 0)
    return named(reader, from, heading, readList(reader, heading, to))
  const exceptions = exceptionsOfReals(reader, from, to)
  if (exceptions !== null) return realsWithout(reader, exceptions, to)
  const texts = readTexts(reader, from, to)
  if (texts !== null) {
    reader.at = to
    return texts
  }
  const isSeparator = (token: Token): boolean =>
    (token.kind === 'separator' && token.text !== '|') ||
    token.kind === 'row' ||
    (token.kind === 'word' && CONNECTORS.has(token.text.toLowerCase()))
  const split = splitRange(reader, from, to, isSeparator)
  const ranges = split.ranges.filter(([a, b]) => b > a)
  if (ranges.length === 0) throw UNREADABLE
  if (ranges.length === 1) return readItem(reader, ranges[0]!, to)
  const regrouped = joinConditions(reader, ranges)
  const items = regrouped.map((range) => readItem(reader, range, range[1]))
  reader.at = to
  return items.length === 1 ? items[0]! : { kind: 'list', items, joiner: joinerOf(reader, split.at) }
}

// 5 ft 6 in; t = 1 hour and 30 minutes
function readCompounds(reader: Reader, from: number, to: number): Node | null {
  const { at } = splitRange(reader, from, to, (token) => token.kind === 'relation')
  if (at.length > 1 || (at.length === 1 && reader.tokens[at[0]!]!.text !== '=')) return null
  const start = at.length === 1 ? at[0]! + 1 : from
  const compound = readCompound(reader, start, to)
  if (compound === null || start === from || start === from + 1) return compound
  const name = readSets(reader, from, start - 1)
  reader.at = to
  return { kind: 'relation', parts: [name, compound], ops: ['='] }
}

function realsWithout(reader: Reader, from: number, to: number): Node {
  const items = [readList(reader, from, to)]
  const right: Node = { kind: 'bracket', open: '\\{', close: '\\}', items }
  return { kind: 'setOperation', op: 'minus', left: { kind: 'symbol', name: REALS_NAME }, right }
}

const STRUCTURAL = new Set<Token['kind']>(['word', 'relation', 'separator', 'set', 'row', 'cell', 'currency'])

// most of what is read is one value: seen at a glance, it need not be tried as everything else
function isPlainValue(reader: Reader, from: number, to: number): boolean {
  const { tokens, match } = reader
  for (let i = from; i < to; i += 1) {
    const { kind, text } = tokens[i]!
    if (STRUCTURAL.has(kind) || text === ':' || (kind === 'command' && text.startsWith('mod'))) return false
    if (match[i]! <= i) continue
    // (B) 12, 8 (eight), 60 \\frac{\\text{km}}{\\text{h}}
    if (
      tokens[i + 1]!.kind === 'word' ||
      tokens[i + 1]!.quoted === true ||
      (i === from && match[i] === i + 2 && to > i + 3)
    )
      return false
    i = match[i]!
  }
  return true
}

// "Solution is: ...", "Alice: 5": the end of the words in front of a colon
function headingEnd(reader: Reader, from: number, to: number): number {
  let at = from
  while (at < to && reader.tokens[at]!.kind === 'word') at += 1
  return at > from && at < to - 1 && reader.tokens[at]!.text === ':' ? at + 1 : from
}

function headings({ tokens }: Reader, from: number, to: number): number {
  let count = 0
  for (let i = from + 1; i < to; i += 1) if (tokens[i]!.text === ':' && tokens[i - 1]!.kind === 'word') count += 1
  return count
}

const SAYS_NOTHING = /^(?:solutions?|roots?|set|are|final|correct)$/

// a heading names the value behind it, unless it says nothing
function named(reader: Reader, from: number, end: number, value: Node): Node {
  const words = reader.tokens.slice(from, end - 1).map((token) => token.text.toLowerCase())
  const telling = words.filter((word) => !FILLERS.has(word) && !SAYS_NOTHING.test(word))
  if (telling.length === 0) return value
  return { kind: 'relation', parts: [{ kind: 'text', text: telling.join(' ') }, value], ops: ['='] }
}

function joinerOf(reader: Reader, at: readonly number[]): ListJoiner {
  if (at.some((i) => isWord(reader.tokens[i], 'or'))) return 'or'
  return at.some((i) => isWord(reader.tokens[i], 'and')) ? 'and' : 'comma'
}

// "2n + 1, where n is an integer": the condition belongs to what stands before it
function joinConditions(reader: Reader, ranges: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const joined: (readonly [number, number])[] = []
  for (const range of ranges) {
    const last = joined.at(-1)
    if (last !== undefined && splitCondition(reader, range[0], range[1]) === range[0]) {
      joined[joined.length - 1] = [last[0], range[1]]
    } else joined.push(range)
  }
  return joined
}

function readItem(reader: Reader, [from, to]: readonly [number, number], cursor: number): Node {
  const node = readCondition(reader, from, to)
  reader.at = cursor
  return node
}

function readCondition(reader: Reader, from: number, to: number): Node {
  const cut = splitCondition(reader, from, to)
  if (cut === to) return readStatement(reader, from, to)
  const { kind, text } = reader.tokens[cut]!
  if (kind === 'command' && text === 'mod' && !hasRelation(reader, from, cut)) {
    const args = [readStatement(reader, from, cut), readValue(reader, cut + 1, to)]
    return { kind: 'call', name: 'mod', args }
  }
  let end = cut
  while (end > from && reader.tokens[end - 1]!.kind === 'separator') end -= 1
  if (end === from) throw UNREADABLE
  const condition = reader.tokens.slice(cut, to).map((token) => token.text)
  // 2 for every 3, 5 with remainder 1
  const hasNumber = reader.tokens.slice(cut, to).some((token) => token.kind === 'number')
  const whole = /^(?:for|with)$/i.test(text) && hasNumber && !hasRelation(reader, cut, to)
  const of = readStatement(reader, from, end)
  return { kind: 'conditioned', of, condition: condition.join(' ').toLowerCase(), whole }
}

const hasRelation = (reader: Reader, from: number, to: number): boolean =>
  reader.tokens.slice(from, to).some((token) => token.kind === 'relation')

function readStatement(reader: Reader, from: number, to: number): Node {
  const texts = readTexts(reader, from, to)
  if (texts !== null) return texts
  const heading = headingEnd(reader, from, to)
  if (heading > from) return named(reader, from, heading, readStatement(reader, heading, to))
  const choice = readChoice(reader, from, to)
  if (choice !== null && choice.end < to) {
    return { kind: 'choice', letter: choice.letter, of: readStatement(reader, choice.end, to) }
  }
  const { ranges, at } = splitRange(reader, from, to, (token) => token.kind === 'relation')
  if (ranges.length === 1) return readSets(reader, from, to)
  const parts: Node[] = []
  const ops: string[] = []
  for (const [i, [a, b]] of ranges.entries()) {
    const op = at[i] === undefined ? undefined : reader.tokens[at[i]!]!.text
    // "= 5" continues what the text left out
    if (b === a && i === 0) continue
    parts.push(readSets(reader, a, b))
    if (op !== undefined) ops.push(op)
  }
  return parts.length === 1 ? parts[0]! : { kind: 'relation', parts, ops }
}

/** Most sets joined by set operations. */
const MAX_SETS = 100

function readSets(reader: Reader, from: number, to: number): Node {
  const isSetSign = (token: Token): boolean => token.kind === 'set'
  const { ranges, at } = splitRange(reader, from, to, isSetSign)
  if (ranges.length > MAX_SETS) throw UNREADABLE
  let node = readRatio(reader, ranges[0]![0], ranges[0]![1])
  for (let i = 1; i < ranges.length; i += 1) {
    const sign = reader.tokens[at[i - 1]!]!.text
    const op = sign === '∪' ? 'union' : sign === '∩' ? 'intersection' : 'minus'
    node = { kind: 'setOperation', op, left: node, right: readRatio(reader, ranges[i]![0], ranges[i]![1]) }
  }
  return node
}

function readRatio(reader: Reader, from: number, to: number): Node {
  const { ranges } = splitRange(reader, from, to, (token) => token.text === ':' && token.kind === 'operator')
  if (ranges.length === 1) return readValue(reader, from, to)
  const parts: Node[] = []
  const front = leadingWords(reader, from, ranges[0]![1])
  const last = ranges.at(-1)!
  const behind = trailingWords(reader, last[0], last[1])
  for (const [i, [a, b]] of ranges.entries()) {
    parts.push(within(reader, i === 0 ? front.at : a, b === to ? (behind?.from ?? to) : b, readExpression))
  }
  const minutes = reader.tokens[last[0]]!
  const clock = ranges.length === 2 && /^0\d$/.test(minutes.text) && minutes.kind === 'number'
  return described({ kind: 'ratio', parts, clock }, front.text, behind?.text ?? '')
}

const described = (of: Node, before: string, unit: string): Node =>
  before === '' && unit === '' ? of : { kind: 'quantity', of, unit, before }

// a value with the words round it: "about", a unit, "(Alice)"
function readValue(reader: Reader, from: number, to: number): Node {
  const compound = readCompound(reader, from, to)
  if (compound !== null) return compound
  const { end, depth } = reader
  const front = leadingWords(reader, from, to)
  const behind = trailingWords(reader, front.at, to)
  try {
    const of = within(reader, front.at, behind?.from ?? to, readExpression)
    return described(of, front.text, behind?.text ?? '')
  } catch (error) {
    const prose = front.at > from && error === UNREADABLE ? proseOf(reader.tokens.slice(from, to)) : null
    if (prose === null) throw error
    Object.assign(reader, { at: to, end, depth })
    return prose
  }
}
