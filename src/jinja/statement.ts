// Statements: they write text, assign variables, and may leave a loop.

import { textOf } from './arguments.ts'
import type { Filter, For, Statement, Target } from './ast.ts'
import { refuse, spend } from './budget.ts'
import { argumentsOf, call, evaluate } from './expression.ts'
import { type Loop, loopOver } from './loop.ts'
import { macroOf } from './macro.ts'
import { fail, iterable, truthy } from './protocol.ts'
import type { Run } from './run.ts'
import { Scope } from './scope.ts'
import { str } from './text.ts'
import { Namespace, type Value } from './value.ts'
import { Writer } from './writer.ts'

/** What ends a body early. */
type Leaving = 'break' | 'continue' | undefined

type Body = readonly Statement[]

/** Writes a body into `out`. @returns how it ended */
export function execute(body: Body, scope: Scope, run: Run, out: Writer): Leaving {
  for (const node of body) {
    spend()
    const leaving = executeOne(node, scope, run, out)
    if (leaving !== undefined) return leaving
  }
  return undefined
}

function executeOne(node: Statement, scope: Scope, run: Run, out: Writer): Leaving {
  const inner = (body: Body): Scope => new Scope(scope, run.hidden.get(body))
  switch (node.type) {
    case 'text':
      out.write(node.text)
      return undefined
    case 'output': {
      const text = str(evaluate(node.value, scope, run))
      spend(text.length)
      out.write(text)
      return undefined
    }
    case 'set':
      assign(node.target, evaluate(node.value, scope, run), scope)
      return undefined
    case 'if': {
      const branch = node.branches.find(({ test }) => truthy(evaluate(test, scope, run)))
      return execute(branch?.body ?? node.otherwise, scope, run, out)
    }
    case 'for':
      executeFor(node, scope, run, out)
      return undefined
    case 'with': {
      const within = inner(node.body)
      for (const [target, value] of node.bindings) assign(target, evaluate(value, scope, run), within)
      return execute(node.body, within, run, out)
    }
    case 'break':
    case 'continue':
      return node.type
    case 'set block':
    case 'filter block':
      return executeCaptured(node, scope, run, out)
    default:
      executeMacro(node, scope, run, out)
      return undefined
  }
}

/** A body whose text is not written but assigned or filtered. */
function executeCaptured(
  node: Statement & { type: 'set block' | 'filter block' },
  scope: Scope,
  run: Run,
  out: Writer,
): Leaving {
  const within = new Scope(scope, run.hidden.get(node.body))
  const captured = new Writer()
  const leaving = execute(node.body, within, run, captured)
  if (leaving !== undefined) return leaving
  const text = node.filter === null ? captured.text() : filtered(node.filter, captured.text(), within, run)
  if (node.type === 'set block') assign(node.target, text, scope)
  else out.write(textOf(text))
  return undefined
}

function filtered(node: Filter, text: Value, scope: Scope, run: Run): Value {
  const operand = node.operand === null ? text : filtered(node.operand as Filter, text, scope, run)
  return run.filter(node.name, operand, ...argumentsOf(node.call, scope, run))
}

function executeMacro(
  node: Statement & { type: 'macro' | 'call block' | 'generation' },
  scope: Scope,
  run: Run,
  out: Writer,
): void {
  if (node.type === 'generation') {
    out.write(render(node.body, new Scope(scope, run.hidden.get(node.body)), run))
    return
  }
  const macro = macroOf(node.macro, scope, run, (inner) => render(node.macro.body, inner, run))
  if (node.type === 'macro') {
    scope.set(node.macro.name, macro)
    return
  }
  const callee = evaluate(node.call.callee, scope, run)
  const [args, keywords] = argumentsOf(node.call.call, scope, run)
  out.write(textOf(call(callee, args, new Map([...keywords, ['caller', macro]]))))
}

/** The text of a body that no loop around it can be left from. */
export function render(body: Body, scope: Scope, run: Run): string {
  const out = new Writer()
  const leaving = execute(body, scope, run, out)
  return leaving === undefined ? out.text() : fail(`{% ${leaving} %} stands outside of a loop`)
}

function executeFor(node: For, scope: Scope, run: Run, out: Writer): void {
  const recurse = (items: Value, depth: number): string => {
    const written = new Writer()
    iterateOver(node, looped(node, items, depth), { scope, run, out: written })
    return written.text()
  }
  const looped = ({ test, target, recursive }: For, items: Value, depth: number): Loop => {
    const passes = (item: Value): boolean => {
      const tested = new Scope(scope)
      assign(target, item, tested)
      return truthy(evaluate(test!, tested, run))
    }
    return loopOver(items, test === null ? null : passes, { depth, recurse: recursive ? recurse : null })
  }
  iterateOver(node, looped(node, evaluate(node.items, scope, run), 0), { scope, run, out })
}

interface Surroundings {
  readonly scope: Scope
  readonly run: Run
  readonly out: Writer
}

function iterateOver(node: For, loop: Loop, { scope, run, out }: Surroundings): void {
  let whole = false // one iteration ran to its end
  for (;;) {
    spend()
    const item = loop.next()
    if (item.done) break
    const inner = new Scope(scope, run.hidden.get(node.body))
    inner.set('loop', loop)
    assign(node.target, item.value, inner)
    const leaving = execute(node.body, inner, run, out)
    if (leaving === 'break') break
    whole ||= leaving === undefined
  }
  if (whole || node.otherwise.length === 0) return
  // in jinja2, too, "else" runs where every iteration was left early
  const leaving = execute(node.otherwise, new Scope(scope, run.hidden.get(node.otherwise)), run, out)
  if (leaving !== undefined) refuse(`{% ${leaving} %} in the else of a loop`)
}

function assign(target: Target, value: Value, scope: Scope): void {
  if (target.type === 'name') {
    if (target.name === 'loop') refuse('a variable called "loop"')
    scope.set(target.name, value)
  } else if (target.type === 'namespace') {
    const namespace = scope.get(target.name)
    if (!(namespace instanceof Namespace)) fail('cannot assign attribute on non-namespace object')
    requirePublic(target.attribute)
    ;(namespace as Namespace).attributes.set(target.attribute, value)
  } else {
    const items = [...iterable(value)]
    const [wanted, found] = [target.items.length, items.length]
    if (found !== wanted) fail(`${found} values to unpack, expected ${wanted}`)
    target.items.forEach((each, i) => {
      assign(each, items[i]!, scope)
    })
  }
}

/** transformers allows no attribute of a namespace that begins with an underscore. */
export function requirePublic(name: string): void {
  if (name.startsWith('_')) fail(`a namespace cannot have the attribute ${name}, which begins with an underscore`)
}
