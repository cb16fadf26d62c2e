import { integer } from '../rational.ts'
import { type Node, UNREADABLE } from './node.ts'
import { numberNode, readPrimary } from './primary.ts'
import { isAt, MAX_DEPTH, peek, type Reader, within } from './reader.ts'
import { subscripted } from './subscript.ts'
import { isUnitSymbol } from './units.ts'

/** Reads a value from the cursor to the end of the piece: terms joined by + - ± ∓. */
export function readExpression(reader: Reader): Node {
  const terms: Node[] = []
  while (reader.at < reader.end) {
    if (terms.length > 0 && (isAt(reader, 'command', 'choose') || isAt(reader, 'command', 'over')))
      return readStacked(reader, sumOf(terms))
    const sign = readSigns(reader)
    if (terms.length > 0 && sign === '') throw UNREADABLE
    const term = readTerm(reader)
    if (sign === '-') terms.push({ kind: 'negative', of: term })
    else if (sign === '±') terms.push({ kind: 'plusMinus', of: term, sign: 1 })
    else if (sign === '∓') terms.push({ kind: 'plusMinus', of: term, sign: -1 })
    else terms.push(term)
  }
  if (terms.length === 0) throw UNREADABLE
  return sumOf(terms)
}

const sumOf = (terms: readonly Node[]): Node => (terms.length === 1 ? terms[0]! : { kind: 'sum', terms })

// n \choose k, a \over b: all before the command over all behind it
function readStacked(reader: Reader, over: Node): Node {
  const isChoose = reader.tokens[reader.at]!.text === 'choose'
  reader.at += 1
  reader.depth += 1
  if (reader.depth > MAX_DEPTH) throw UNREADABLE
  const under = readExpression(reader)
  reader.depth -= 1
  return isChoose ? { kind: 'call', name: 'binomial', args: [over, under] } : { kind: 'quotient', over, under }
}

// a run of signs is one sign: + - ± ∓, or '' for none
function readSigns(reader: Reader): string {
  let sign = ''
  for (;;) {
    const token = peek(reader)
    if (token?.kind !== 'operator') return sign
    if (token.text === '±' || token.text === '∓') sign = token.text
    else if (token.text === '-') sign = sign === '-' ? '+' : '-'
    else if (token.text === '+') sign = sign === '' ? '+' : sign
    else return sign
    reader.at += 1
  }
}

function readTerm(reader: Reader): Node {
  let factors: Node[] = [readSignedFactor(reader)]
  for (;;) {
    const token = peek(reader)
    if (token === undefined) break
    if (token.kind === 'operator' && token.text === '*') {
      reader.at += 1
      factors.push(readSignedFactor(reader))
    } else if (token.kind === 'operator' && token.text === '/') {
      reader.at += 1
      factors = [{ kind: 'quotient', over: productOf(factors), under: readDivisor(reader) }]
    } else if (startsFactor(reader)) factors.push(readFactor(reader))
    else break
  }
  return productOf(factors)
}

// a/bc is a/(bc) unless the other reading is asked for; a/b*c is (a/b)c
function readDivisor(reader: Reader): Node {
  const factors: Node[] = [readSignedFactor(reader)]
  while (startsFactor(reader)) {
    reader.ambiguity.slash = true
    if (reader.reading.slash === 'left') break
    factors.push(readFactor(reader))
  }
  return productOf(factors)
}

const productOf = (factors: readonly Node[]): Node =>
  factors.length === 1 ? factors[0]! : { kind: 'product', factors }

/** Whether the next token begins a factor, so that the product sign may be left out. */
function startsFactor(reader: Reader): boolean {
  const token = peek(reader)
  if (token === undefined) return false
  if (token.kind === 'number') return reader.tokens[reader.at - 1]!.kind !== 'number'
  if (token.kind === 'command') return token.text !== 'over' && token.text !== 'choose' && !token.text.startsWith('mod')
  return token.kind === 'symbol' || token.kind === 'function' || token.kind === 'open'
}

// 2 \cdot -3
function readSignedFactor(reader: Reader): Node {
  const sign = isAt(reader, 'operator', '-') || isAt(reader, 'operator', '+') ? readSigns(reader) : ''
  const factor = readFactor(reader)
  return sign === '-' ? { kind: 'negative', of: factor } : factor
}

/** Reads one factor: a primary with its powers, subscripts, factorials, primes, degrees and percent signs. */
export function readFactor(reader: Reader): Node {
  const glued = readGluedUnit(reader)
  if (glued !== null) return glued
  reader.depth += 1
  if (reader.depth > MAX_DEPTH) throw UNREADABLE
  const node = readPostfix(reader, readPrimary(reader, readFactor))
  reader.depth -= 1
  return node
}

/** Most signs behind one factor: 5!, x^2, 28%. */
const MAX_POSTFIX = 20

function readPostfix(reader: Reader, primary: Node): Node {
  let node = primary
  for (let count = 0; ; count += 1) {
    const token = peek(reader)
    if (token?.kind !== 'operator') return node
    if (count > MAX_POSTFIX) throw UNREADABLE
    if (token.text === '^') node = readPower(reader, node)
    else if (token.text === '_') node = subscripted(node, readScript(reader))
    else if (token.text === '!') {
      reader.at += 1
      node = { kind: 'call', name: 'factorial', args: [node] }
    } else if (token.text === '%') {
      reader.at += 1
      node = { kind: 'percent', of: node }
    } else if (token.text === "'") {
      reader.at += 1
      node = primed(node)
    } else return node
  }
}

function primed(node: Node): Node {
  if (node.kind === 'symbol') return { kind: 'symbol', name: `${node.name}'` }
  return { kind: 'call', name: "'", args: [node] }
}

function readPower(reader: Reader, base: Node): Node {
  const next = reader.tokens[reader.at + 1]
  const inner = next?.text === '{' ? reader.tokens[reader.at + 2] : next
  const single = next?.text !== '{' || reader.match[reader.at + 1] === reader.at + 3
  if (inner !== undefined && single && inner.kind === 'operator' && (inner.text === '°' || inner.text === "'")) {
    reader.at = next?.text === '{' ? reader.at + 4 : reader.at + 2
    return inner.text === '°' ? { kind: 'degrees', of: withMinutes(reader, base) } : primed(base)
  }
  // 7^{\text{th}}: an ordinal is its number
  if (inner !== undefined && single && inner.kind === 'word') {
    reader.at = next?.text === '{' ? reader.at + 4 : reader.at + 2
    return base
  }
  const exponent = readScript(reader)
  if (exponent.kind === 'symbol' && (exponent.name === 'T' || exponent.name === '\\top')) {
    return { kind: 'call', name: 'transpose', args: [base] }
  }
  return { kind: 'power', base, exponent }
}

// 30° 15' 36'': minutes and seconds of arc
function withMinutes(reader: Reader, base: Node): Node {
  const terms: Node[] = [base]
  for (const scale of [60, 3600]) {
    const { tokens, at } = reader
    const marks = scale === 60 ? 1 : 2
    const number = tokens[at]
    if (at + marks >= reader.end || number?.kind !== 'number') break
    const end = primesEnd(reader, at + 1)
    if (end === null || end.count !== marks) break
    reader.at = end.at
    const under: Node = { kind: 'number', value: integer(scale), places: 0 }
    terms.push({ kind: 'quotient', over: numberNode(number.text), under })
  }
  return terms.length === 1 ? base : { kind: 'sum', terms }
}

// ' or ^{\prime}, once or more
function primesEnd(reader: Reader, from: number): { at: number; count: number } | null {
  let count = 0
  let at = from
  const braced = reader.tokens[at]?.text === '^' && reader.tokens[at + 1]?.text === '{'
  if (braced) at += 2
  while (reader.tokens[at]?.text === "'") {
    count += 1
    at += 1
  }
  return count === 0 ? null : { at: braced ? at + 1 : at, count }
}

/** Reads what stands above or below after ^ or _: a group, a signed number, or one factor's primary. */
export function readScript(reader: Reader): Node {
  reader.at += 1
  const token = peek(reader)
  if (token === undefined) throw UNREADABLE
  if (token.kind === 'open' && token.text === '{') {
    const close = reader.match[reader.at]!
    const only = close === reader.at + 2 ? reader.tokens[reader.at + 1]! : undefined
    if (only?.kind === 'function') {
      reader.at = close + 1
      return { kind: 'text', text: only.text } // m_{\\max}
    }
    const node = within(reader, reader.at + 1, close, (inner) => inner.grammar.list(inner, inner.at, inner.end))
    reader.at = close + 1
    return node
  }
  if (token.kind === 'operator' && token.text === '-') {
    reader.at += 1
    return { kind: 'negative', of: readPrimary(reader, readFactor) }
  }
  const node = readPrimary(reader, readFactor)
  if (!isAt(reader, 'operator', '^') || isDegreeSign(reader)) return node
  // x^y^z without braces groups to the right
  reader.depth += 1
  if (reader.depth > MAX_DEPTH) throw UNREADABLE
  const power = readPower(reader, node)
  reader.depth -= 1
  return power
}

function isDegreeSign(reader: Reader): boolean {
  return reader.tokens[reader.at + 1]?.text === '°'
}

// "6m" as a quantity, where that reading is asked for and the letters end the piece
function readGluedUnit(reader: Reader): Node | null {
  const token = peek(reader)
  if (token?.kind !== 'number') return null
  let end = reader.at + 1
  let letters = ''
  while (end < reader.end && reader.tokens[end]!.kind === 'symbol') letters += reader.tokens[end++]!.text
  if (letters === '' || !isUnitSymbol(letters)) return null
  const power = reader.tokens[end]?.text === '^' && end + 2 === reader.end ? reader.tokens[end + 1]! : null
  if (end !== reader.end && power?.kind !== 'number') return null
  reader.ambiguity.gluedUnits = true
  if (!reader.reading.gluedUnits) return null
  const of = within(reader, reader.at, reader.at + 1, (inner) => readPrimary(inner, readFactor))
  reader.at = reader.end
  return { kind: 'quantity', of, unit: power === null ? letters : `${letters} ^${power.text}` }
}
