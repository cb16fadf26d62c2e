import { fromDecimal, integer } from '../rational.ts'
import { readBigOperator } from './big-operator.ts'
import { readEnvironment } from './environment.ts'
import { readFunction, readNamedCall } from './function.ts'
import { type Node, nodeKey, REALS_NAME, UNREADABLE } from './node.ts'
import { isAt, peek, type Reader, splitRange, within } from './reader.ts'
import type { Token } from './token.ts'

export type FactorRule = (reader: Reader) => Node

/** Reads one number, symbol, bracket, function or command with its arguments. @throws UNREADABLE */
export function readPrimary(reader: Reader, factor: FactorRule): Node {
  const token = peek(reader)
  if (token === undefined) throw UNREADABLE
  switch (token.kind) {
    case 'number':
      return readNumber(reader)
    case 'symbol':
      return readNamedCall(reader) ?? take(reader, { kind: 'symbol', name: token.text })
    case 'function':
      return readFunction(reader, factor)
    case 'open':
      return readBracket(reader)
    case 'currency': {
      reader.at += 1
      return { kind: 'quantity', of: factor(reader), unit: token.text }
    }
    case 'word':
      return take(reader, { kind: 'text', text: token.text })
    case 'command':
      return readCommand(reader, token, factor)
    default:
      throw UNREADABLE
  }
}

function take(reader: Reader, node: Node): Node {
  reader.at += 1
  return node
}

function readNumber(reader: Reader): Node {
  const token = reader.tokens[reader.at]!
  reader.at += 1
  const number = numberNode(token.text)
  const repeating = readRepeating(reader, token)
  if (repeating !== null) return repeating
  return token.text.includes('.') ? number : (readMixed(reader, number) ?? number)
}

/** The node of a decimal literal, with or without a power of ten. @throws UNREADABLE when it is too long. */
export function numberNode(text: string): Node {
  const [digits, exponent] = text.split(/[eE]/) as [string, string?]
  const value = fromDecimal(digits)
  if (value === null) throw UNREADABLE
  const point = digits.indexOf('.')
  const number: Node = { kind: 'number', value, places: point < 0 ? 0 : digits.length - point - 1 }
  if (exponent === undefined) return number
  const ten: Node = { kind: 'number', value: integer(10), places: 0 }
  const power: Node = {
    kind: 'power',
    base: ten,
    exponent: { kind: 'number', value: integer(Number(exponent)), places: 0 },
  }
  return { kind: 'product', factors: [number, power] }
}

// 0.1\overline{36}: the digits after the point, then the block that repeats
function readRepeating(reader: Reader, token: Token): Node | null {
  if (!token.text.includes('.') && reader.tokens[reader.at]?.text !== 'accent:bar') return null
  if (!isAt(reader, 'command', 'accent:bar') || reader.tokens[reader.at + 1]?.text !== '{') return null
  const block = reader.tokens[reader.at + 2]
  if (block?.kind !== 'number' || reader.match[reader.at + 1] !== reader.at + 3) return null
  const places = token.text.split('.')[1]?.length ?? 0
  const head = fromDecimal(token.text)
  const repeated = fromDecimal(block.text)
  if (head === null || repeated === null || block.text.length > 60 || block.text.includes('.')) throw UNREADABLE
  reader.at += 4
  const scale = 10n ** BigInt(places) * (10n ** BigInt(block.text.length) - 1n)
  const n = head.n * (scale / head.d) + repeated.n
  return { kind: 'quotient', over: integerNode(n), under: integerNode(scale) }
}

const integerNode = (n: bigint): Node => ({ kind: 'number', value: { n, d: 1n }, places: 0 })

// 1\frac{4}{5} and 1 4/5 are sums
function readMixed(reader: Reader, whole: Node): Node | null {
  const { tokens, at } = reader
  if (isAt(reader, 'command', 'frac')) {
    const digits = tokens[at + 1]?.kind === 'number' && tokens[at + 1]!.text.length === 2 ? tokens[at + 1]!.text : null
    const over = digits === null ? plainArgument(reader, at + 1) : { text: digits[0]!, end: at + 1 }
    const under = digits === null ? over && plainArgument(reader, over.end) : { text: digits[1]!, end: at + 2 }
    if (over === null || under === null || under.end > reader.end) return null
    return mixedSum(reader, whole, { over: over.text, under: under.text, end: under.end })
  }
  const [over, slash, under] = [tokens[at], tokens[at + 1], tokens[at + 2]]
  if (at + 2 >= reader.end || !over?.spaced || slash?.text !== '/') return null
  if (over.kind !== 'number' || under?.kind !== 'number') return null
  return mixedSum(reader, whole, { over: over.text, under: under.text, end: at + 3 })
}

interface Part {
  readonly over: string
  readonly under: string
  readonly end: number // the token behind it
}

function mixedSum(reader: Reader, whole: Node, part: Part): Node | null {
  const fraction: Node = { kind: 'quotient', over: numberNode(part.over), under: numberNode(part.under) }
  if (!isProper(fraction)) return null
  reader.at = part.end
  return { kind: 'sum', terms: [whole, fraction] }
}

// an argument that is one number: 4 or {4}
function plainArgument(reader: Reader, at: number): { text: string; end: number } | null {
  const token = reader.tokens[at]
  const inner = token?.text === '{' ? reader.tokens[at + 1] : token
  if (inner?.kind !== 'number' || inner.text.includes('.')) return null
  if (token === inner) return inner.text.length === 1 ? { text: inner.text, end: at + 1 } : null
  return reader.match[at] === at + 2 ? { text: inner.text, end: at + 3 } : null
}

function isProper(part: Node): boolean {
  if (part.kind !== 'quotient' || part.over.kind !== 'number' || part.under.kind !== 'number') return false
  const { over, under } = part
  return over.places === 0 && under.places === 0 && over.value.n > 0n && over.value.n < under.value.n
}

function readBracket(reader: Reader): Node {
  const open = reader.tokens[reader.at]!
  const from = reader.at
  const to = reader.match[from]!
  if (open.text.startsWith('begin:')) {
    const node = readEnvironment(reader, from, to)
    reader.at = to + 1
    return node
  }
  const close = reader.tokens[to]!.text
  const condition = open.text === '\\{' && close !== '.' ? setCondition(reader, from, to) : null
  if (condition !== null) return condition
  const inner: Node | null =
    from + 1 === to ? null : within(reader, from + 1, to, (r) => r.grammar.list(r, r.at, r.end))
  reader.at = to + 1
  return bracketNode(open.text, close, inner)
}

// {x | ...}, {x : ...}, {x in R | ...}: what is said of x
function setCondition(reader: Reader, from: number, to: number): Node | null {
  const isBar = (token: Token): boolean =>
    (token.kind === 'separator' && token.text === '|') || (token.kind === 'operator' && token.text === ':')
  const split = splitRange(reader, from + 1, to, isBar)
  const [bar] = split.at
  if (bar === undefined || split.at.length > 1) return null
  const [name, sign, domain] = reader.tokens.slice(from + 1, bar)
  if (name?.kind !== 'symbol') return null
  if (bar !== from + 2 && (bar !== from + 4 || sign?.text !== 'in' || domain?.text !== REALS_NAME)) throw UNREADABLE
  const condition = within(reader, bar + 1, to, (r) => r.grammar.list(r, r.at, r.end))
  reader.at = to + 1
  return condition
}

function bracketNode(open: string, close: string, inner: Node | null): Node {
  if (open === '.' || close === '.') {
    if (inner === null || open === '|') throw UNREADABLE
    return inner
  }
  const items = inner === null ? [] : inner.kind === 'list' && inner.joiner === 'comma' ? inner.items : [inner]
  if (open === '|' || open === '‖') {
    if (inner === null || inner.kind === 'list') throw UNREADABLE
    return { kind: 'call', name: open === '|' ? 'abs' : 'norm', args: [inner] }
  }
  if (open === '⌊' || open === '⌈') {
    if (items.length !== 1) throw UNREADABLE
    return { kind: 'call', name: open === '⌊' ? 'floor' : 'ceil', args: items }
  }
  if (items.length === 1 && open !== '\\{' && open !== '⟨') {
    if ((open === '(' || open === '[') && (close === ')') !== (open === '(')) throw UNREADABLE
    if (open === ']' || close === '[') throw UNREADABLE
    return items[0]!
  }
  return { kind: 'bracket', open: open === '{' ? '\\{' : open, close: close === '}' ? '\\}' : close, items }
}

/** Reads an argument of a command: a group, one digit, or one primary. */
export function readArgument(reader: Reader, factor: FactorRule): Node {
  const token = peek(reader)
  if (token === undefined) throw UNREADABLE
  if (token.kind === 'open' && token.text === '{') {
    const close = reader.match[reader.at]!
    const node = within(reader, reader.at + 1, close, (r) => r.grammar.list(r, r.at, r.end))
    reader.at = close + 1
    return node
  }
  // \frac12: one digit each
  if (token.kind === 'number' && token.text.length > 1 && !token.text.includes('.')) {
    reader.tokens[reader.at] = { ...token, text: token.text.slice(1), spaced: false }
    return numberNode(token.text[0]!)
  }
  return readPrimary(reader, factor)
}

function readFraction(reader: Reader, factor: FactorRule): Node {
  reader.at += 1
  const over = readArgument(reader, factor)
  return { kind: 'quotient', over, under: readArgument(reader, factor) }
}

function readCommand(reader: Reader, token: Token, factor: FactorRule): Node {
  switch (token.text) {
    case 'frac':
      return readFraction(reader, factor)
    case 'binom':
      reader.at += 1
      return { kind: 'call', name: 'binomial', args: [readArgument(reader, factor), readArgument(reader, factor)] }
    case 'sqrt':
      return readRoot(reader, factor)
    case 'surd':
      return readSurd(reader, factor)
    case 'plain':
      reader.at += 1
      return readArgument(reader, factor)
    case 'figure':
      return readFigure(reader)
    case 'sum':
    case 'product':
    case 'integral':
    case 'limit':
      return readBigOperator(reader, token.text)
    default:
      if (!token.text.startsWith('accent:')) throw UNREADABLE
      reader.at += 1
      return { kind: 'symbol', name: `${token.text.slice(7)}(${nodeKey(readArgument(reader, factor))})` }
  }
}

function readRoot(reader: Reader, factor: FactorRule): Node {
  reader.at += 1
  if (!isAt(reader, 'open', '[')) {
    const bracketed = isAt(reader, 'open', '(')
    return {
      kind: 'call',
      name: 'root',
      args: [bracketed ? readBracket(reader) : readArgument(reader, factor), integerNode(2n)],
    }
  }
  const close = reader.match[reader.at]!
  const degree = within(reader, reader.at + 1, close, (r) => r.grammar.expression(r))
  reader.at = close + 1
  return { kind: 'call', name: 'root', args: [readArgument(reader, factor), degree] }
}

// √12, and √[3]8 where more than the bracket follows
function readSurd(reader: Reader, factor: FactorRule): Node {
  reader.at += 1
  const degree = reader.tokens[reader.at + 1]
  const indexed = isAt(reader, 'open', '[') && degree?.kind === 'number' && reader.match[reader.at] === reader.at + 2
  if (!indexed || reader.at + 3 >= reader.end) {
    return { kind: 'call', name: 'root', args: [readPrimary(reader, factor), integerNode(2n)] }
  }
  reader.at += 3
  return { kind: 'call', name: 'root', args: [readPrimary(reader, factor), numberNode(degree.text)] }
}

// \angle ABC is one name
function readFigure(reader: Reader): Node {
  reader.at += 1
  let name = '∠'
  while (peek(reader)?.kind === 'symbol') name += reader.tokens[reader.at++]!.text
  if (name === '∠' && isAt(reader, 'open', '{')) return { kind: 'symbol', name: nodeKey(readBracket(reader)) }
  return { kind: 'symbol', name }
}
