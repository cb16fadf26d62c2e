import { type Node, UNREADABLE } from './node.ts'
import { isAt, peek, type Reader, within } from './reader.ts'

type FactorRule = (reader: Reader) => Node

const INVERSES: Readonly<Record<string, string>> = {
  sin: 'arcsin',
  cos: 'arccos',
  tan: 'arctan',
  cot: 'arccot',
  sec: 'arcsec',
  csc: 'arccsc',
  sinh: 'arcsinh',
  cosh: 'arccosh',
  tanh: 'arctanh',
}

/** Reads a known function with its power (\sin^2 x), base (\log_2 8) and argument. */
export function readFunction(reader: Reader, factor: FactorRule): Node {
  const name = reader.tokens[reader.at]!.text
  reader.at += 1
  let exponent: Node | null = null
  let base: Node | null = null
  for (;;) {
    if (isAt(reader, 'operator', '^') && exponent === null) exponent = readScript(reader)
    else if (isAt(reader, 'operator', '_') && base === null) base = readScript(reader)
    else break
  }
  const args = readArguments(reader, factor)
  if (exponent !== null && isMinusOne(exponent) && name in INVERSES) {
    return { kind: 'call', name: INVERSES[name]!, args }
  }
  const call: Node = { kind: 'call', name, args: base === null ? args : [...args, base] }
  return exponent === null ? call : { kind: 'power', base: call, exponent }
}

function isMinusOne(node: Node): boolean {
  return node.kind === 'negative' && node.of.kind === 'number' && node.of.value.n === 1n && node.of.value.d === 1n
}

// a group, a number, a symbol, or a signed one
function readScript(reader: Reader): Node {
  reader.at += 1
  const from = reader.at
  const token = peek(reader)
  if (token === undefined) throw UNREADABLE
  const end = token.kind === 'open' ? reader.match[from]! + 1 : token.text === '-' ? from + 2 : from + 1
  const node = within(reader, from, end, (r) => r.grammar.expression(r))
  reader.at = end
  return node
}

function readArguments(reader: Reader, factor: FactorRule): readonly Node[] {
  const token = peek(reader)
  if (token === undefined) throw UNREADABLE
  if (
    token.kind === 'open' &&
    (token.text === '(' || token.text === '{' || token.text === '\\{' || token.text === '[')
  ) {
    const close = reader.match[reader.at]!
    const inner = within(reader, reader.at + 1, close, (r) => r.grammar.list(r, r.at, r.end))
    reader.at = close + 1
    return inner.kind === 'list' ? inner.items : inner.kind === 'bracket' && inner.open === '(' ? inner.items : [inner]
  }
  const factors: Node[] = []
  if (isAt(reader, 'operator', '-')) {
    reader.at += 1
    return [{ kind: 'negative', of: factor(reader) }]
  }
  // \sin 2x takes the whole product, up to the next function or sign
  do factors.push(factor(reader))
  while (continuesArgument(reader))
  return [factors.length === 1 ? factors[0]! : { kind: 'product', factors }]
}

function continuesArgument(reader: Reader): boolean {
  const token = peek(reader)
  if (token === undefined) return false
  if (token.kind === 'command') return token.text === 'frac' || token.text === 'sqrt'
  return token.kind === 'symbol' || (token.kind === 'number' && reader.tokens[reader.at - 1]!.kind !== 'number')
}

const FUNCTION_LETTERS = new Set(['f', 'g', 'h'])

/**
 * Reads a symbol applied to arguments: f(x), W(n), P(A, B), f^{-1}(x). Letters other than f, g, h count as functions
 * only before one name or number, or several arguments; elsewhere a bracket after a letter is a factor.
 */
export function readNamedCall(reader: Reader): Node | null {
  const { tokens, match, at } = reader
  const name = tokens[at]!.text
  let open = at + 1
  let full = name
  while (tokens[open]?.text === "'" && open < reader.end) {
    full += "'"
    open += 1
  }
  if (FUNCTION_LETTERS.has(name) && tokens[open]?.text === '^') {
    const from = open + 1
    const end = tokens[from]?.kind === 'open' ? match[from]! + 1 : from + 1
    if (end >= reader.end || tokens[end]?.text !== '(') return null
    full += `^${tokens
      .slice(from, end)
      .map((token) => token.text)
      .join('')}`
    open = end
  }
  const bracket = tokens[open]
  if (open >= reader.end || bracket?.kind !== 'open' || bracket.text !== '(') return null
  const close = match[open]!
  if (tokens[close]!.text !== ')' || close === open + 1) return null
  if (!FUNCTION_LETTERS.has(name) && !takesArguments(reader, name, open, close)) return null
  const inner = within(reader, open + 1, close, (r) => r.grammar.list(r, r.at, r.end))
  reader.at = close + 1
  return { kind: 'call', name: `${full}()`, args: inner.kind === 'list' ? inner.items : [inner] }
}

const UNKNOWN_FUNCTION = /^(?:[A-Z]|[pqrsuv]|phi|psi|sigma|tau|mu|Gamma|Phi|Psi)$/

function takesArguments(reader: Reader, name: string, open: number, close: number): boolean {
  if (!UNKNOWN_FUNCTION.test(name)) return false
  const inner = reader.tokens.slice(open + 1, close)
  const isAtom = inner.length === 1 && (inner[0]!.kind === 'number' || inner[0]!.kind === 'symbol')
  if (/^[a-z]$/.test(name)) return isAtom && /^[xntz]$/.test(inner[0]!.text)
  return isAtom || inner.some((token) => token.text === ',')
}
