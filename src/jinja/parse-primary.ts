import type { Expression } from './ast.ts'
import type { TokenStream } from './token-stream.ts'
import type { Value } from './value.ts'

const constants: Readonly<Record<string, Value>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
}

/** Whether a name is one that nothing can be assigned to. */
export const isConstant = (name: string): boolean => Object.hasOwn(constants, name)

export function parsePrimary(stream: TokenStream): Expression {
  const { type, text } = stream.current
  if (type === 'name') {
    stream.next()
    return isConstant(text) ? { type: 'const', value: constants[text]! } : { type: 'name', name: text }
  }
  if (type === 'string') return { type: 'const', value: parseStrings(stream) }
  if (type === 'integer' || type === 'float') {
    stream.next()
    const digits = text.replaceAll('_', '')
    return { type: 'const', value: type === 'integer' ? BigInt(digits.toLowerCase()) : Number(digits) }
  }
  if (stream.skipIf('operator', '(')) {
    const node = stream.grammar.parenthesised(stream)
    stream.expect('operator', ')')
    return node
  }
  if (stream.skipIf('operator', '[')) return { type: 'list', items: parseItems(stream) }
  if (stream.skipIf('operator', '{')) return { type: 'dict', entries: parseEntries(stream) }
  return stream.fail(`unexpected ${stream.found()}`)
}

/** Literals next to each other are one. */
function parseStrings(stream: TokenStream): string {
  let whole = ''
  while (stream.is('string')) whole += stream.next().text
  return whole
}

function parseItems(stream: TokenStream): Expression[] {
  const items: Expression[] = []
  while (!stream.isOperator(']')) {
    if (items.length > 0) stream.expect('operator', ',')
    if (stream.isOperator(']')) break
    items.push(stream.grammar.expression(stream))
  }
  stream.expect('operator', ']')
  return items
}

function parseEntries(stream: TokenStream): [Expression, Expression][] {
  const entries: [Expression, Expression][] = []
  while (!stream.isOperator('}')) {
    if (entries.length > 0) stream.expect('operator', ',')
    if (stream.isOperator('}')) break
    const key = stream.grammar.expression(stream)
    stream.expect('operator', ':')
    entries.push([key, stream.grammar.expression(stream)])
  }
  stream.expect('operator', '}')
  return entries
}
