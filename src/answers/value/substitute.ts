import type { Node } from '../notation/node.ts'

/** Rebuilds a node from its direct parts, each replaced by what `change` makes of it. */
export function mapChildren(node: Node, change: (child: Node) => Node): Node {
  switch (node.kind) {
    case 'sum':
      return { kind: 'sum', terms: node.terms.map(change) }
    case 'product':
      return { kind: 'product', factors: node.factors.map(change) }
    case 'quotient':
      return { kind: 'quotient', over: change(node.over), under: change(node.under) }
    case 'power':
      return { kind: 'power', base: change(node.base), exponent: change(node.exponent) }
    case 'negative':
    case 'plusMinus':
    case 'degrees':
    case 'percent':
    case 'quantity':
    case 'conditioned':
    case 'choice':
      return { ...node, of: change(node.of) }
    case 'call':
      return { ...node, args: node.args.map(change) }
    case 'repeated': {
      const { from, to, body } = node.bounds
      return { ...node, bounds: { from: change(from), to: change(to), body: change(body) } }
    }
    case 'matrix':
      return { ...node, rows: node.rows.map((row) => row.map(change)) }
    case 'bracket':
    case 'list':
      return { ...node, items: node.items.map(change) }
    case 'relation':
    case 'ratio':
      return { ...node, parts: node.parts.map(change) }
    case 'setOperation':
      return { ...node, left: change(node.left), right: change(node.right) }
    default:
      return node
  }
}

/** Renames symbols. */
export function renameSymbols(node: Node, names: ReadonlyMap<string, string>): Node {
  if (node.kind === 'symbol') return { kind: 'symbol', name: names.get(node.name) ?? node.name }
  return mapChildren(node, (child) => renameSymbols(child, names))
}

/** The reading of every plus-minus sign with the upper (1) or the lower (-1) sign. */
export function withSigns(node: Node, upper: 1 | -1): Node {
  if (node.kind !== 'plusMinus') return mapChildren(node, (child) => withSigns(child, upper))
  const of = withSigns(node.of, upper)
  return node.sign * upper > 0 ? of : { kind: 'negative', of }
}
