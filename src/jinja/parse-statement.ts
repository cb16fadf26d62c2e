// Statements, after jinja2/parser.py, with loopcontrols and the generation tag of transformers.
import type { Filter, For, If, MacroBody, Parameter, Statement, Target } from './ast.ts'
import { refuse } from './budget.ts'
import { tokenize } from './lexer.ts'
import { grammar, parseExpression, parseTuple } from './parse-expression.ts'
import { parseBlockFilters } from './parse-postfix.ts'
import { isConstant } from './parse-primary.ts'
import { parseTarget } from './parse-target.ts'
import { TokenStream } from './token-stream.ts'

/** @throws TemplateError with the line */
export function parseTemplate(text: string): Statement[] {
  return parseBody(new TokenStream(tokenize(text), grammar), [])
}

/** Up to a tag with one of the names, which stays; none: up to the end. */
function parseBody(stream: TokenStream, ends: readonly string[]): Statement[] {
  const body: Statement[] = []
  for (;;) {
    const { type, text } = stream.current
    if (type === 'end') {
      if (ends.length > 0) stream.fail(`the end of the template comes before "${ends.at(-1)}"`)
      return body
    }
    stream.next()
    if (type === 'data') {
      body.push({ type: 'text', text })
    } else if (text === '{{') {
      body.push({ type: 'output', value: parseTuple(stream) })
      stream.expect('close')
    } else {
      if (ends.length > 0 && stream.isName(...ends)) return body
      body.push(parseStatement(stream))
    }
  }
}

/** A body with the tag that ends it: "%}" before, "{% end %}" after. */
function parseBlock(stream: TokenStream, end: string): Statement[] {
  stream.expect('close')
  const body = parseBody(stream, [end])
  stream.next()
  stream.expect('close')
  return body
}

function parseStatement(stream: TokenStream): Statement {
  const tag = stream.expect('name').text
  switch (tag) {
    case 'for':
      return parseFor(stream)
    case 'if':
      return parseIf(stream)
    case 'set':
      return parseSet(stream)
    case 'macro':
      return parseMacro(stream)
    case 'call':
      return parseCallBlock(stream)
    case 'with':
      return parseWith(stream)
    case 'filter':
      return { type: 'filter block', filter: parseBlockFilters(stream), body: parseBlock(stream, 'endfilter') }
    case 'generation':
      return { type: 'generation', body: parseBlock(stream, 'endgeneration') }
    case 'break':
    case 'continue':
      stream.expect('close')
      return { type: tag }
    case 'block':
    case 'extends':
    case 'include':
    case 'import':
    case 'from':
    case 'autoescape':
    case 'print':
      return refuse(`line ${stream.current.line}: the tag {% ${tag} %}`)
    default:
      return stream.fail(`there is no tag {% ${tag} %}`)
  }
}

function parseFor(stream: TokenStream): For {
  const target = parseTarget(stream, { end: 'in' })
  stream.expect('name', 'in')
  const items = parseTuple(stream, { condition: false, end: 'recursive' })
  const test = stream.skipIf('name', 'if') ? parseExpression(stream) : null
  const recursive = stream.skipIf('name', 'recursive')
  stream.expect('close')
  const body = parseBody(stream, ['endfor', 'else'])
  const loop = { type: 'for', target, items, test, recursive, body } as const
  if (stream.next().text === 'else') return { ...loop, otherwise: parseBlock(stream, 'endfor') }
  stream.expect('close')
  return { ...loop, otherwise: [] }
}

function parseIf(stream: TokenStream): If {
  const branches: { test: If['branches'][number]['test']; body: Statement[] }[] = []
  for (;;) {
    const test = parseTuple(stream, { condition: false })
    stream.expect('close')
    branches.push({ test, body: parseBody(stream, ['elif', 'else', 'endif']) })
    const tag = stream.next().text
    if (tag === 'elif') continue
    if (tag === 'else') return { type: 'if', branches, otherwise: parseBlock(stream, 'endif') }
    stream.expect('close')
    return { type: 'if', branches, otherwise: [] }
  }
}

function parseSet(stream: TokenStream): Statement {
  const target = parseTarget(stream, { namespace: true })
  if (stream.skipIf('operator', '=')) {
    const value = parseTuple(stream)
    stream.expect('close')
    return { type: 'set', target, value }
  }
  let filter: Filter | null = null
  if (stream.skipIf('operator', '|')) filter = parseBlockFilters(stream)
  return { type: 'set block', target, filter, body: parseBlock(stream, 'endset') }
}

function parseParameters(stream: TokenStream): Parameter[] {
  const parameters: Parameter[] = []
  stream.expect('operator', '(')
  while (!stream.isOperator(')')) {
    if (parameters.length > 0) stream.expect('operator', ',')
    const name = stream.expect('name').text
    if (isConstant(name)) stream.fail(`"${name}" cannot be a parameter`)
    const fallback = stream.skipIf('operator', '=') ? parseExpression(stream) : null
    if (fallback === null && parameters.some((earlier) => earlier.fallback !== null)) {
      stream.fail('a parameter without a default after one with a default')
    }
    parameters.push({ name, fallback })
  }
  stream.expect('operator', ')')
  return parameters
}

function parseMacro(stream: TokenStream): Statement {
  const name = stream.expect('name').text
  if (isConstant(name)) stream.fail(`"${name}" cannot be a macro`)
  const parameters = parseParameters(stream)
  return { type: 'macro', macro: { name, parameters, body: parseBlock(stream, 'endmacro') } }
}

function parseCallBlock(stream: TokenStream): Statement {
  const parameters = stream.isOperator('(') ? parseParameters(stream) : []
  const call = parseExpression(stream)
  if (call.type !== 'call') return stream.fail('expected a call after {% call')
  const macro: MacroBody = { name: null, parameters, body: parseBlock(stream, 'endcall') }
  return { type: 'call block', call, macro }
}

function parseWith(stream: TokenStream): Statement {
  const bindings: [Target, ReturnType<typeof parseExpression>][] = []
  while (!stream.is('close')) {
    if (bindings.length > 0) stream.expect('operator', ',')
    const target = parseTarget(stream, {})
    stream.expect('operator', '=')
    bindings.push([target, parseExpression(stream)])
  }
  return { type: 'with', bindings, body: parseBlock(stream, 'endwith') }
}
