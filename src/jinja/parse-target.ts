import type { Target } from './ast.ts'
import { isConstant } from './parse-primary.ts'
import type { TokenStream } from './token-stream.ts'

interface TargetOptions {
  readonly end?: string // a name that ends it: "in"
  readonly namespace?: boolean // "ns.attribute" is one
}

/** A name, or several: "a", "a, b", "(a, b)", "ns.a". */
export function parseTarget(stream: TokenStream, options: TargetOptions): Target {
  const items: Target[] = []
  let isTuple = false
  for (;;) {
    if (items.length > 0) stream.expect('operator', ',')
    if (stream.is('close') || stream.isOperator(')') || (options.end !== undefined && stream.isName(options.end))) break
    items.push(parseOne(stream, options))
    if (!stream.isOperator(',')) break
    isTuple = true
  }
  if (!isTuple && items.length === 1) return items[0]!
  if (!isTuple) stream.fail(`expected a name to assign to, found ${stream.found()}`)
  return { type: 'tuple', items }
}

function parseOne(stream: TokenStream, options: TargetOptions): Target {
  if (stream.skipIf('operator', '(')) {
    const inner = parseTarget(stream, { namespace: options.namespace ?? false })
    stream.expect('operator', ')')
    return inner
  }
  const name = stream.expect('name').text
  if (options.namespace && stream.skipIf('operator', '.')) {
    return { type: 'namespace', name, attribute: stream.expect('name').text }
  }
  if (isConstant(name)) stream.fail(`"${name}" cannot be assigned to`)
  return { type: 'name', name }
}
