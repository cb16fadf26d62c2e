// Which names hide a variable of the same name before they are assigned, after jinja2/idtracking.py. In jinja2 a name that
// a body assigns to, and does not read before, belongs to that body from its beginning: read earlier by an inner body, it
// is undefined although the template was given a variable of that name.
import type { Expression, MacroBody, Statement, Target } from './ast.ts'
import { readNames, targetNames } from './names.ts'

type Body = readonly Statement[]

/** Of each body with a scope of its own: the names that are undefined when it begins. */
export type HiddenNames = ReadonlyMap<Body, readonly string[]>

type Load = 'parameter' | 'outside' | 'hidden'

class Symbols {
  readonly parent: Symbols | null
  readonly loads: Map<string, Load>
  readonly stores: Set<string>

  constructor(parent: Symbols | null, from?: Symbols) {
    this.parent = parent
    this.loads = new Map(from?.loads)
    this.stores = new Set(from?.stores)
  }

  copy = (): Symbols => new Symbols(this.parent, this)
  knows = (name: string): boolean => this.loads.has(name) || (this.parent?.knows(name) ?? false)

  parameter = (name: string): void => {
    this.stores.add(name)
    this.loads.set(name, 'parameter')
  }

  read = (name: string): void => {
    if (!this.knows(name)) this.loads.set(name, 'outside')
  }

  store = (name: string): void => {
    this.stores.add(name)
    if (!this.loads.has(name)) this.loads.set(name, this.parent?.knows(name) ? 'outside' : 'hidden')
  }

  /** What only some branches assign comes from outside where they did not run. */
  merge(branches: readonly Symbols[]): void {
    const stored = new Set(branches.flatMap((branch) => [...branch.stores]).filter((name) => !this.stores.has(name)))
    for (const branch of branches) {
      for (const [name, load] of branch.loads) this.loads.set(name, load)
      for (const name of branch.stores) this.stores.add(name)
    }
    for (const name of stored) this.loads.set(name, 'outside')
  }
}

/** Looks at every body of a template. */
export function hiddenNames(template: Body): HiddenNames {
  const found = new Map<Body, readonly string[]>()
  frame(template, { parent: null, found, before: () => {} })
  return found
}

interface Frame {
  readonly parent: Symbols | null
  readonly found: Map<Body, readonly string[]>
  /** What is assigned or read before the body. */
  readonly before: (symbols: Symbols) => void
}

function frame(body: Body, { parent, found, before }: Frame): void {
  const symbols = new Symbols(parent)
  before(symbols)
  visitAll(body, symbols)
  const hidden = [...symbols.loads].filter(([, load]) => load === 'hidden').map(([name]) => name)
  if (hidden.length > 0) found.set(body, hidden)
  innerFrames(body, symbols, found)
}

function visitAll(body: Body, symbols: Symbols): void {
  for (const statement of body) visit(statement, symbols)
}

function visit(node: Statement, symbols: Symbols): void {
  const read = (expression: Expression | null): void => readNames(expression, symbols.read)
  switch (node.type) {
    case 'output':
      read(node.value)
      break
    case 'set':
      read(node.value)
      assign(node.target, symbols)
      break
    case 'set block':
      assign(node.target, symbols)
      break
    case 'if':
      visitIf(node, symbols)
      break
    case 'for':
      read(node.items)
      break
    case 'macro':
      symbols.store(node.macro.name)
      break
    case 'call block':
      read(node.call)
      break
    case 'filter block':
      read(node.filter)
      break
    case 'with':
      for (const [, value] of node.bindings) read(value)
      return
    default:
  }
}

function assign(target: Target, symbols: Symbols): void {
  const { stored, read } = targetNames(target)
  stored.forEach(symbols.store)
  read.forEach(symbols.read)
}

/** A chain of elif is nested in jinja2's tree: each test and body is a branch of its own. */
function visitIf({ branches, otherwise }: Statement & { type: 'if' }, symbols: Symbols): void {
  readNames(branches[0]!.test, symbols.read)
  const [first, elifs, last] = [symbols.copy(), symbols.copy(), symbols.copy()]
  visitAll(branches[0]!.body, first)
  for (const branch of branches.slice(1)) visitIf({ type: 'if', branches: [branch], otherwise: [] }, elifs)
  visitAll(otherwise, last)
  symbols.merge([first, elifs, last])
}

function innerFrames(body: Body, parent: Symbols, found: Frame['found']): void {
  const inner = (child: Body, before: Frame['before'] = () => {}): void => frame(child, { parent, found, before })
  for (const node of body) {
    switch (node.type) {
      case 'if':
        for (const branch of node.branches) innerFrames(branch.body, parent, found)
        innerFrames(node.otherwise, parent, found)
        break
      case 'for':
        inner(node.body, (symbols) => targetNames(node.target).stored.forEach(symbols.parameter))
        inner(node.otherwise)
        break
      case 'macro':
      case 'call block':
        inner(node.macro.body, (symbols) => parameters(node.macro, symbols))
        break
      case 'with':
        inner(node.body, (symbols) => {
          for (const [target] of node.bindings) targetNames(target).stored.forEach(symbols.parameter)
        })
        break
      case 'set block':
      case 'filter block':
      case 'generation':
        inner(node.body)
        break
      default:
    }
  }
}

function parameters(macro: MacroBody, symbols: Symbols): void {
  for (const { name } of macro.parameters) symbols.parameter(name)
  for (const { fallback } of macro.parameters) readNames(fallback, symbols.read)
}
