import type { Node } from './node.ts'
import type { Reader } from './reader.ts'
import type { Token } from './token.ts'
import { FILLERS } from './wording.ts'

/** Words at the end of a value. */
export interface Words {
  readonly from: number // the first token of them
  readonly text: string
}

const CONDITIONS = new Set([
  'where',
  'for',
  'when',
  'whenever',
  'if',
  'with',
  'such',
  'provided',
  'any',
  'as',
  'assuming',
])

/** The words in front of a value in [from, to), currencies included; empty where the value comes first. */
export function leadingWords(reader: Reader, from: number, to: number): { readonly at: number; readonly text: string } {
  let at = from
  const words: string[] = []
  for (; at < to - 1; at += 1) {
    const { kind, text } = reader.tokens[at]!
    // "-$5": the sign belongs to the value
    if (kind !== 'word' && kind !== 'currency') break
    words.push(text)
  }
  return { at, text: words.join(' ') }
}

const isUnitToken = (token: Token): boolean =>
  token.kind === 'word' || token.kind === 'number' || (token.kind === 'operator' && /^[-/*^]$/.test(token.text))

/** The words at the end of [from, to), behind a value: "5 cm ^2", "12 miles per hour", "5 (Alice)", "5 h". */
export function trailingWords(reader: Reader, from: number, to: number): Words | null {
  let at = from
  while (at < to && !isWordAt(reader, at, from, to)) {
    const quotient = at > from ? unitQuotient(reader, at, to) : null
    if (quotient !== null) return { from: at, text: quotient }
    at = reader.match[at]! > at ? reader.match[at]! + 1 : at + 1
  }
  if (at === to || at === from) return null
  const words: string[] = []
  for (let i = at; i < to; i += 1) {
    const token = reader.tokens[i]!
    if (token.kind === 'currency' || isUnitToken(token)) words.push(token.text)
    else if (/^[{}()]$/.test(token.text)) continue
    else if (token.kind === 'symbol') words.push(token.text)
    else return null
  }
  return { from: at, text: words.join(' ').replaceAll('^ ', '^') }
}

function isWordAt(reader: Reader, at: number, from: number, to: number): boolean {
  const token = reader.tokens[at]!
  if (token.kind === 'word') return true
  // 20 USD; the sign of -$5 stands in front of its number
  if (token.kind === 'currency') return at + 1 === to || reader.tokens[at + 1]!.kind === 'word'
  if (at === from || token.text !== '(' || reader.match[at] !== to - 1 || at + 1 >= to - 1) return false
  // words in brackets at the end: 5 (Alice), 12 (square cm)
  const inner = reader.tokens.slice(at + 1, to - 1)
  return (
    inner.some(isWordToken) && inner.every((part) => isWordToken(part) || isUnitToken(part) || part.kind === 'symbol')
  )
}

const isWordToken = (token: Token): boolean => token.kind === 'word'

// \frac{\text{km}}{\text{h}} at the end
function unitQuotient(reader: Reader, at: number, to: number): string | null {
  const { tokens, match } = reader
  if (tokens[at]!.text !== 'frac' || tokens[at]!.kind !== 'command' || tokens[at + 1]?.text !== '{') return null
  const over = match[at + 1]!
  if (tokens[over + 1]?.text !== '{' || match[over + 1] !== to - 1) return null
  const words = (a: number, b: number): string[] =>
    tokens.slice(a, b).map((token) => (isUnitToken(token) || token.quoted === true ? token.text : '?'))
  const text = [...words(at + 2, over), '/', ...words(over + 2, to - 1)].join(' ').replaceAll('^ ', '^')
  return text.includes('?') ||
    !/\p{L}{1}/u.test(text) ||
    (tokens[at + 2]!.kind !== 'word' && tokens[at + 2]!.quoted !== true)
    ? null
    : text
}

/** Where a condition begins in [from, to): "where", "for", \pmod; `to` when there is none. */
export function splitCondition(reader: Reader, from: number, to: number): number {
  for (let i = from; i < to; i += 1) {
    const token = reader.tokens[i]!
    if (reader.match[i]! > i) i = reader.match[i]!
    else if (token.kind === 'word' && CONDITIONS.has(token.text.toLowerCase())) return i
    else if (token.kind === 'command' && (token.text === 'modulo' || token.text === 'mod')) return i
    else if (i > 0 && reader.tokens[i - 1]!.kind === 'separator' && isDomain(reader, i, to)) return i
  }
  return to
}

// k \\in \\mathbb{Z}
function isDomain(reader: Reader, from: number, to: number): boolean {
  const [name, sign, set] = reader.tokens.slice(from, from + 3)
  return from + 3 === to && name?.kind === 'symbol' && sign?.text === 'in' && /^[ℤℕℚℂ]$/.test(set?.text ?? '')
}

const EXCEPT =
  /^(?:(?:the )?(?:set of )?(?:all|any|every) )?(?:real numbers?|reals) (?:\p{L} )?(?:except|excluding|but|other than)(?: for)?$/u

/** Most words of "all real numbers except", in tokens. */
const LONGEST_EXCEPT = 12

/** Where the exceptions of "all real numbers except ..." begin in [from, to); null when it is not that. */
export function exceptionsOfReals(reader: Reader, from: number, to: number): number | null {
  let at = from
  const words: string[] = []
  const end = Math.min(to, from + LONGEST_EXCEPT)
  while (at < end && (reader.tokens[at]!.kind === 'word' || (at > from && reader.tokens[at]!.kind === 'symbol'))) {
    words.push(reader.tokens[at++]!.text.toLowerCase())
    if (EXCEPT.test(words.join(' ')) && reader.tokens[at]?.text !== 'for') return at < to ? at : null
  }
  return null
}

/** [from, to) as plain prose: words without a value among them, a date, or a list that begins with a word. */
export function readTexts(reader: Reader, from: number, to: number): Node | null {
  const first = reader.tokens[from]!
  const tokens = reader.tokens.slice(from, to)
  const dated = isDate(tokens)
  if (first.kind !== 'word' && !(first.kind === 'number' && dated)) return null
  const hasValue = tokens.some((token) => token.kind === 'number' || token.kind === 'currency')
  if (hasValue && !dated && (FILLERS.has(first.text.toLowerCase()) || !isItemised(tokens))) return null
  return proseOf(tokens)
}

/** Tokens as prose; null when there is notation among them. */
export function proseOf(tokens: readonly Token[]): Node | null {
  for (const token of tokens) {
    if (token.kind === 'operator' && !/^[-'/]$/.test(token.text)) return null
    if (token.kind === 'relation' || token.kind === 'command' || token.kind === 'function') return null
  }
  return { kind: 'text', text: tokens.map((token) => token.text).join(' ') }
}

// "Alice, 5": words alone in front of the first separator
function isItemised(tokens: readonly Token[]): boolean {
  const separator = tokens.findIndex((token) => token.kind === 'separator')
  return separator > 0 && tokens.slice(0, separator).every((token) => token.kind === 'word' || token.kind === 'symbol')
}

const MONTH =
  /^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)$/i
const isDate = (tokens: readonly Token[]): boolean =>
  tokens.length < 8 &&
  tokens.some((token) => token.kind === 'word' && MONTH.test(token.text)) &&
  tokens.every((token) => token.kind === 'word' || token.kind === 'number' || token.text === ',')

/** The label of a choice at the front of [from, to): (B), \text{(B)}. */
export function readChoice(reader: Reader, from: number, to: number): { letter: string; end: number } | null {
  const [open, letter, close, next] = reader.tokens.slice(from, from + 4)
  if (open?.text !== '(' || close?.text !== ')' || from + 3 > to || letter === undefined) return null
  if (!/^[A-J]$/.test(letter.text)) return null
  if (from + 3 < to && letter.quoted !== true && (next!.kind === 'operator' || next!.kind === 'open')) return null
  return { letter: letter.text, end: from + 3 }
}
