// Which names an expression or a body reads, in the order that jinja2 visits them.
import type { CallArguments, Expression, Slice, Statement, Target } from './ast.ts'

type Visit = (name: string) => void

/** Calls `visit` with every name that an expression reads. */
export function readNames(node: Expression | Slice | null, visit: Visit): void {
  if (node === null) return
  const all = (nodes: Iterable<Expression | Slice | null>): void => {
    for (const child of nodes) readNames(child, visit)
  }
  switch (node.type) {
    case 'name':
      visit(node.name)
      return
    case 'filter':
    case 'test':
      all([node.operand, ...argumentsOf(node.call)])
      break
    case 'call':
      all([node.callee, ...argumentsOf(node.call)])
      break
    default:
      all(partsOf(node))
      break
  }
}

const argumentsOf = ({ args, keywords, spread, keywordSpread }: CallArguments): (Expression | null)[] => [
  ...args,
  ...keywords.map(([, value]) => value),
  spread,
  keywordSpread,
]

type Rest = Exclude<Expression | Slice, { type: 'name' | 'filter' | 'test' | 'call' }>

function partsOf(node: Rest): (Expression | Slice | null)[] {
  switch (node.type) {
    case 'const':
      return []
    case 'tuple':
    case 'list':
      return [...node.items]
    case 'dict':
      return node.entries.flat()
    case 'attribute':
      return [node.object]
    case 'item':
      return [node.object, node.key]
    case 'slice':
    case 'concat':
      return [...node.parts]
    case 'unary':
      return [node.operand]
    case 'compare':
      return [node.first, ...node.rest.map(({ operand }) => operand)]
    case 'conditional':
      return [node.test, node.then, node.otherwise]
    default:
      return [node.left, node.right]
  }
}

/** Names that a target assigns to; attributes of a namespace read its name. */
export function targetNames(target: Target): { readonly stored: string[]; readonly read: string[] } {
  if (target.type === 'name') return { stored: [target.name], read: [] }
  if (target.type === 'namespace') return { stored: [], read: [target.name] }
  const parts = target.items.map(targetNames)
  return { stored: parts.flatMap((part) => part.stored), read: parts.flatMap((part) => part.read) }
}

/** Whether a body reads one of the special names of a macro before it assigns to it. */
export function undeclared(body: readonly Statement[], names: readonly string[]): Set<string> {
  const open = new Set(names)
  const found = new Set<string>()
  const read: Visit = (name) => {
    if (open.has(name)) found.add(name)
  }
  const store: Visit = (name) => open.delete(name)
  for (const statement of body) undeclaredIn(statement, { read, store })
  return found
}

interface Uses {
  readonly read: Visit
  readonly store: Visit
}

function undeclaredIn(node: Statement, uses: Uses): void {
  const { read, store } = uses
  const all = (body: readonly Statement[]): void => {
    for (const statement of body) undeclaredIn(statement, uses)
  }
  const assign = (target: Target): void => targetNames(target).stored.forEach(store)
  switch (node.type) {
    case 'text':
    case 'break':
    case 'continue':
      return
    case 'output':
      readNames(node.value, read)
      break
    case 'set':
      assign(node.target)
      readNames(node.value, read)
      break
    case 'set block':
      assign(node.target)
      readNames(node.filter, read)
      all(node.body)
      break
    case 'if':
      for (const { test, body } of node.branches) {
        readNames(test, read)
        all(body)
      }
      all(node.otherwise)
      break
    case 'for':
      assign(node.target)
      readNames(node.items, read)
      all(node.body)
      all(node.otherwise)
      readNames(node.test, read)
      break
    case 'macro':
    case 'call block':
      if (node.type === 'call block') readNames(node.call, read)
      for (const { name, fallback } of node.macro.parameters) {
        store(name)
        readNames(fallback, read)
      }
      all(node.macro.body)
      break
    case 'filter block':
      all(node.body)
      readNames(node.filter, read)
      break
    case 'with':
      for (const [target] of node.bindings) assign(target)
      for (const [, value] of node.bindings) readNames(value, read)
      all(node.body)
      break
    case 'generation':
      all(node.body)
      break
  }
}
