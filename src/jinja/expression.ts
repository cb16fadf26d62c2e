// The value of an expression.
import { binary, signed } from './arithmetic.ts'
import type { CallArguments, Expression, Slice } from './ast.ts'
import { getAttribute, getItem, getSlice } from './attributes.ts'
import { requireSize, spend } from './budget.ts'
import { compare, contains, equal, fail, iterable, truthy } from './protocol.ts'
import { type Run, sizeIn } from './run.ts'
import type { Scope } from './scope.ts'
import { str } from './text.ts'
import { Callable, Dict, isLoop, type Keywords, Tuple, typeName, Undefined, type Value } from './value.ts'

/** @throws TemplateError as jinja2 raises, or for what is not supported */
export function evaluate(node: Expression, scope: Scope, run: Run): Value {
  spend()
  const value = (child: Expression): Value => evaluate(child, scope, run)
  switch (node.type) {
    case 'const':
      return node.value
    case 'name':
      return scope.get(node.name)
    case 'tuple':
      return new Tuple(node.items.map(value))
    case 'list':
      return node.items.map(value)
    case 'dict':
      return new Dict(node.entries.map(([key, item]) => [value(key), value(item)]))
    case 'attribute':
      return getAttribute(value(node.object), node.name)
    case 'item':
      return subscript(value(node.object), node.key, scope, run)
    case 'and':
    case 'or': {
      const left = value(node.left)
      return truthy(left) === (node.type === 'and') ? value(node.right) : left
    }
    case 'conditional':
      return conditional(node, scope, run)
    case 'filter':
    case 'test':
    case 'call':
      return applied(node, scope, run)
    default:
      return operated(node, scope, run)
  }
}

type Applied = Expression & { type: 'filter' | 'test' | 'call' }
type Operated = Expression & { type: 'binary' | 'unary' | 'concat' | 'compare' }

function applied(node: Applied, scope: Scope, run: Run): Value {
  if (node.type === 'call') {
    const callee = evaluate(node.callee, scope, run)
    return call(callee, ...argumentsOf(node.call, scope, run))
  }
  const operand = node.operand === null ? fail('this filter has no text') : evaluate(node.operand, scope, run)
  const [args, keywords] = argumentsOf(node.call, scope, run)
  return run[node.type](node.name, operand, args, keywords)
}

function operated(node: Operated, scope: Scope, run: Run): Value {
  const value = (child: Expression): Value => evaluate(child, scope, run)
  switch (node.type) {
    case 'binary': {
      const result = binary(node.operator, value(node.left), value(node.right))
      spend(sizeIn(result))
      return result
    }
    case 'unary':
      return node.operator === 'not' ? !truthy(value(node.operand)) : signed(node.operator, value(node.operand))
    case 'concat': {
      const text = node.parts.map((part) => str(value(part))).join('')
      requireSize(text.length)
      spend(text.length)
      return text
    }
    case 'compare':
      return compared(node, scope, run)
  }
}

/** A chain: each operand is compared with the next, up to the first that fails. */
function compared({ first, rest }: Expression & { type: 'compare' }, scope: Scope, run: Run): boolean {
  let left = evaluate(first, scope, run)
  for (const { operator, operand } of rest) {
    const right = evaluate(operand, scope, run)
    spend(Math.max(sizeIn(left), sizeIn(right)))
    if (!holds(operator, left, right)) return false
    left = right
  }
  return true
}

function holds(operator: string, left: Value, right: Value): boolean {
  switch (operator) {
    case '==':
      return equal(left, right)
    case '!=':
      return !equal(left, right)
    case 'in':
      return contains(right, left)
    case 'not in':
      return !contains(right, left)
    case '<':
      return compare(left, right, operator) < 0
    case '<=':
      return compare(left, right, operator) <= 0
    case '>':
      return compare(left, right, operator) > 0
    default:
      return compare(left, right, operator) >= 0
  }
}

function conditional(node: Expression & { type: 'conditional' }, scope: Scope, run: Run): Value {
  if (truthy(evaluate(node.test, scope, run))) return evaluate(node.then, scope, run)
  if (node.otherwise !== null) return evaluate(node.otherwise, scope, run)
  return new Undefined('the inline if-expression evaluated to false and no else section was defined.')
}

function subscript(object: Value, key: Expression | Slice, scope: Scope, run: Run): Value {
  if (key.type !== 'slice') return getItem(object, evaluate(key, scope, run))
  const parts = key.parts.map((part) => (part === null ? null : evaluate(part, scope, run)))
  spend(sizeIn(object))
  return getSlice(object, parts)
}

/** The arguments of a call, with "*" and "**" spread. */
export function argumentsOf(node: CallArguments, scope: Scope, run: Run): [Value[], Keywords] {
  const args = node.args.map((arg) => evaluate(arg, scope, run))
  if (node.spread !== null) args.push(...iterable(evaluate(node.spread, scope, run)))
  const keywords = new Map<string, Value>()
  const add = (name: string, value: Value): void => {
    if (keywords.has(name)) fail(`the keyword argument '${name}' is given twice`)
    keywords.set(name, value)
  }
  for (const [name, value] of node.keywords) add(name, evaluate(value, scope, run))
  if (node.keywordSpread !== null) {
    const spread = evaluate(node.keywordSpread, scope, run)
    if (!(spread instanceof Dict)) return fail(`the argument after ** must be a mapping, not ${typeName(spread)}`)
    for (const [name, value] of spread.entries()) {
      add(typeof name === 'string' ? name : fail('keywords must be strings'), value)
    }
  }
  return [args, keywords]
}

export function call(callee: Value, args: readonly Value[], keywords: Keywords): Value {
  if (callee instanceof Undefined) return callee.fail()
  if (isLoop(callee)) {
    if (args.length !== 1 || keywords.size > 0) fail('loop() takes one argument')
    return callee.call(args[0]!)
  }
  if (!(callee instanceof Callable)) return fail(`'${typeName(callee)}' object is not callable`)
  const result = callee.call(args, keywords)
  spend(sizeIn(result))
  return result
}
