// Expressions, after jinja2/parser.py: its precedence, not JavaScript's or Python's ("~" binds tighter than "+").
import type { Expression } from './ast.ts'
import { parsePostfix } from './parse-postfix.ts'
import { parsePrimary } from './parse-primary.ts'
import type { Grammar, TokenStream } from './token-stream.ts'

/** Any expression; without a condition, "a if b else c" is left for the caller. */
export const parseExpression = (stream: TokenStream, condition = true): Expression =>
  condition ? parseConditional(stream) : parseOr(stream)

function parseConditional(stream: TokenStream): Expression {
  let then = parseOr(stream)
  while (stream.skipIf('name', 'if')) {
    const test = parseOr(stream)
    const otherwise = stream.skipIf('name', 'else') ? parseConditional(stream) : null
    then = { type: 'conditional', test, then, otherwise }
  }
  return then
}

function parseOr(stream: TokenStream): Expression {
  let left = parseAnd(stream)
  while (stream.skipIf('name', 'or')) left = { type: 'or', left, right: parseAnd(stream) }
  return left
}

function parseAnd(stream: TokenStream): Expression {
  let left = parseNot(stream)
  while (stream.skipIf('name', 'and')) left = { type: 'and', left, right: parseNot(stream) }
  return left
}

function parseNot(stream: TokenStream): Expression {
  if (stream.skipIf('name', 'not')) return { type: 'unary', operator: 'not', operand: parseNot(stream) }
  return parseCompare(stream)
}

const comparisons = ['==', '!=', '<', '<=', '>', '>=']

function parseCompare(stream: TokenStream): Expression {
  const first = parseSum(stream)
  const rest: { operator: string; operand: Expression }[] = []
  for (;;) {
    const operator = comparison(stream)
    if (operator === null) break
    rest.push({ operator, operand: parseSum(stream) })
  }
  return rest.length === 0 ? first : { type: 'compare', first, rest }
}

function comparison(stream: TokenStream): string | null {
  if (stream.current.type === 'operator' && comparisons.includes(stream.current.text)) return stream.next().text
  if (stream.skipIf('name', 'in')) return 'in'
  if (!stream.isName('not') || stream.following.type !== 'name' || stream.following.text !== 'in') return null
  stream.next()
  stream.next()
  return 'not in'
}

/** Operators of one precedence, from the left. */
const leftToRight =
  (operators: readonly string[], operand: (stream: TokenStream) => Expression) =>
  (stream: TokenStream): Expression => {
    let left = operand(stream)
    while (stream.current.type === 'operator' && operators.includes(stream.current.text)) {
      const operator = stream.next().text
      left = { type: 'binary', operator, left, right: operand(stream) }
    }
    return left
  }

const parsePower = leftToRight(['**'], (stream) => parseUnary(stream))
const parseProduct = leftToRight(['*', '/', '//', '%'], parsePower)
const parseSum = leftToRight(['+', '-'], parseConcat)

function parseConcat(stream: TokenStream): Expression {
  const parts = [parseProduct(stream)]
  while (stream.skipIf('operator', '~')) parts.push(parseProduct(stream))
  return parts.length === 1 ? parts[0]! : { type: 'concat', parts }
}

/** @param filters whether "|" and "is" belong to it: they bind tighter than a sign */
export function parseUnary(stream: TokenStream, filters = true): Expression {
  let node: Expression
  if (stream.skipIf('operator', '-')) node = { type: 'unary', operator: '-', operand: parseUnary(stream, false) }
  else if (stream.skipIf('operator', '+')) node = { type: 'unary', operator: '+', operand: parseUnary(stream, false) }
  else node = parsePrimary(stream)
  return parsePostfix(stream, node, filters)
}

interface TupleOptions {
  readonly condition?: boolean // default true
  readonly parentheses?: boolean // an empty tuple is one; default false
  readonly end?: string // a name that ends it
}

/** Expressions separated by commas are a tuple; one without a comma is itself. */
export function parseTuple(
  stream: TokenStream,
  { condition = true, parentheses = false, end }: TupleOptions = {},
): Expression {
  const items: Expression[] = []
  let isTuple = false
  for (;;) {
    if (items.length > 0) stream.expect('operator', ',')
    if (isTupleEnd(stream, end)) break
    items.push(parseExpression(stream, condition))
    if (!stream.isOperator(',')) break
    isTuple = true
  }
  if (!isTuple && items.length === 1) return items[0]!
  if (!isTuple && !parentheses) stream.fail(`expected an expression, found ${stream.found()}`)
  return { type: 'tuple', items }
}

const isTupleEnd = (stream: TokenStream, end: string | undefined): boolean =>
  stream.is('close') || stream.isOperator(')') || (end !== undefined && stream.isName(end))

/** The grammar of expressions, for the parts of it in other modules. */
export const grammar: Grammar = {
  expression: (stream) => parseExpression(stream),
  parenthesised: (stream) => parseTuple(stream, { parentheses: true }),
}
