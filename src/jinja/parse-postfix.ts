// What follows an expression: attributes, items, slices, calls, filters and tests.
import type { CallArguments, Expression, Filter, Slice } from './ast.ts'
import { parsePrimary } from './parse-primary.ts'
import type { TokenStream } from './token-stream.ts'

const noArguments: CallArguments = { args: [], keywords: [], spread: null, keywordSpread: null }

/** @param filters whether "|" and "is" belong to it */
export function parsePostfix(stream: TokenStream, operand: Expression, filters: boolean): Expression {
  let node = parseAccess(stream, operand)
  while (filters) {
    if (stream.isOperator('|')) node = parseFilters(stream, node)
    else if (stream.isName('is')) node = parseTest(stream, node)
    else if (stream.isOperator('(')) node = { type: 'call', callee: node, call: parseCall(stream) }
    else break
  }
  return node
}

function parseAccess(stream: TokenStream, operand: Expression): Expression {
  let node = operand
  for (;;) {
    if (stream.skipIf('operator', '.')) node = parseDot(stream, node)
    else if (stream.skipIf('operator', '[')) node = { type: 'item', object: node, key: parseKey(stream) }
    else if (stream.isOperator('(')) node = { type: 'call', callee: node, call: parseCall(stream) }
    else return node
  }
}

function parseDot(stream: TokenStream, object: Expression): Expression {
  const { type, text } = stream.next()
  if (type === 'name') return { type: 'attribute', object, name: text }
  if (type !== 'integer') stream.fail('expected a name or a number after "."')
  return { type: 'item', object, key: { type: 'const', value: BigInt(text.replaceAll('_', '')) } }
}

function parseKey(stream: TokenStream): Expression | Slice {
  const keys: (Expression | Slice)[] = []
  while (!stream.isOperator(']')) {
    if (keys.length > 0) stream.expect('operator', ',')
    keys.push(parseSubscript(stream))
  }
  stream.expect('operator', ']')
  if (keys.length === 1) return keys[0]!
  const items = keys.map((key) => (key.type === 'slice' ? stream.fail('a slice among several keys') : key))
  return { type: 'tuple', items }
}

function parseSubscript(stream: TokenStream): Expression | Slice {
  const parts: (Expression | null)[] = []
  if (!stream.isOperator(':')) {
    const node = stream.grammar.expression(stream)
    if (!stream.isOperator(':')) return node
    parts.push(node)
  } else {
    parts.push(null)
  }
  while (parts.length < 3 && stream.skipIf('operator', ':')) {
    const empty = stream.isOperator(':') || stream.isOperator(']') || stream.isOperator(',')
    parts.push(empty ? null : stream.grammar.expression(stream))
  }
  return { type: 'slice', parts }
}

/** "(...)" of a call. */
export function parseCall(stream: TokenStream): CallArguments {
  const args: Expression[] = []
  const keywords: [string, Expression][] = []
  let [spread, keywordSpread]: (Expression | null)[] = [null, null]
  const ensure = (right: boolean) => right || stream.fail('invalid arguments of a call')
  stream.expect('operator', '(')
  for (let first = true; !stream.isOperator(')'); first = false) {
    if (!first) stream.expect('operator', ',')
    if (stream.isOperator(')')) break
    if (stream.skipIf('operator', '*')) {
      ensure(spread === null && keywordSpread === null)
      spread = stream.grammar.expression(stream)
    } else if (stream.skipIf('operator', '**')) {
      ensure(keywordSpread === null)
      keywordSpread = stream.grammar.expression(stream)
    } else if (stream.is('name') && stream.following.type === 'operator' && stream.following.text === '=') {
      ensure(keywordSpread === null)
      const key = stream.next().text
      stream.next()
      keywords.push([key, stream.grammar.expression(stream)])
    } else {
      ensure(spread === null && keywordSpread === null && keywords.length === 0)
      args.push(stream.grammar.expression(stream))
    }
  }
  stream.expect('operator', ')')
  return { args, keywords, spread: spread!, keywordSpread: keywordSpread! }
}

const dotted = (stream: TokenStream): string => {
  let name = stream.expect('name').text
  while (stream.skipIf('operator', '.')) name += `.${stream.expect('name').text}`
  return name
}

const optionalCall = (stream: TokenStream): CallArguments => (stream.isOperator('(') ? parseCall(stream) : noArguments)

/** "| f | g(...)". */
function parseFilters(stream: TokenStream, operand: Expression): Expression {
  let node = operand
  while (stream.skipIf('operator', '|')) {
    node = { type: 'filter', operand: node, name: dotted(stream), call: optionalCall(stream) }
  }
  return node
}

/** The filters of a block: the first without "|". */
export function parseBlockFilters(stream: TokenStream): Filter {
  let node: Filter = { type: 'filter', operand: null, name: dotted(stream), call: optionalCall(stream) }
  while (stream.skipIf('operator', '|')) {
    node = { type: 'filter', operand: node, name: dotted(stream), call: optionalCall(stream) }
  }
  return node
}

function parseTest(stream: TokenStream, operand: Expression): Expression {
  stream.next()
  const negated = stream.skipIf('name', 'not')
  const name = dotted(stream)
  const test: Expression = { type: 'test', operand, name, call: testArguments(stream) }
  return negated ? { type: 'unary', operator: 'not', operand: test } : test
}

function testArguments(stream: TokenStream): CallArguments {
  if (stream.isOperator('(')) return parseCall(stream)
  const { type, text } = stream.current
  const value = type === 'string' || type === 'integer' || type === 'float'
  const begins = type === 'name' || value || (type === 'operator' && ['[', '{'].includes(text))
  if (!begins || stream.isName('else', 'or', 'and')) return noArguments
  if (stream.isName('is')) stream.fail('tests cannot be chained with "is"')
  return { ...noArguments, args: [parseAccess(stream, parsePrimary(stream))] }
}
