import type { Rational } from '../rational.ts'

/** What a piece of notation says. Values, collections and statements share one tree. */
export type Node =
  | { readonly kind: 'number'; readonly value: Rational; readonly places: number } // places: decimals written
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'sum'; readonly terms: readonly Node[] }
  | { readonly kind: 'product'; readonly factors: readonly Node[] }
  | { readonly kind: 'quotient'; readonly over: Node; readonly under: Node }
  | { readonly kind: 'power'; readonly base: Node; readonly exponent: Node }
  | { readonly kind: 'negative'; readonly of: Node }
  | { readonly kind: 'plusMinus'; readonly of: Node; readonly sign: 1 | -1 } // -1: written as \mp
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'repeated'; readonly op: 'sum' | 'product'; readonly index: string; readonly bounds: Bounds }
  | { readonly kind: 'opaque'; readonly key: string } // known only by how it is written
  | { readonly kind: 'degrees'; readonly of: Node }
  | { readonly kind: 'percent'; readonly of: Node }
  | { readonly kind: 'quantity'; readonly of: Node; readonly unit: string; readonly before?: string } // words behind and before, spaced by one blank
  | { readonly kind: 'compound'; readonly parts: readonly Quantity[] } // 5 ft 6 in
  | { readonly kind: 'based'; readonly digits: string; readonly base: number }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly Node[])[]; readonly determinant: boolean }
  | { readonly kind: 'bracket'; readonly open: string; readonly close: string; readonly items: readonly Node[] }
  | { readonly kind: 'list'; readonly items: readonly Node[]; readonly joiner: ListJoiner }
  | { readonly kind: 'relation'; readonly parts: readonly Node[]; readonly ops: readonly string[] }
  | { readonly kind: 'setOperation'; readonly op: SetOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: 'ratio'; readonly parts: readonly Node[]; readonly clock: boolean } // clock: can only be a time
  | { readonly kind: 'conditioned'; readonly of: Node; readonly condition: string; readonly whole?: boolean } // whole: a line of cases
  | { readonly kind: 'choice'; readonly letter: string; readonly of: Node } // (B) 12
  | { readonly kind: 'text'; readonly text: string }

export type Quantity = Extract<Node, { kind: 'quantity' }>

export interface Bounds {
  readonly from: Node
  readonly to: Node
  readonly body: Node
}

export type ListJoiner = 'comma' | 'and' | 'or'
export type SetOperator = 'union' | 'intersection' | 'minus'

/** Thrown where notation cannot be read: one shared object, because a stack would cost more than the parse. */
export const UNREADABLE = new Error('this notation cannot be read')

export const INFINITY_NAME = '∞'
export const REALS_NAME = 'ℝ'

/** A canonical text: equal for trees that differ only in the order of terms, factors and such. */
export function nodeKey(node: Node): string {
  switch (node.kind) {
    case 'number':
      return node.value.d === 1n ? String(node.value.n) : `${node.value.n}/${node.value.d}`
    case 'symbol':
      return node.name
    case 'sum':
      return `(${node.terms.map(nodeKey).sort().join('+')})`
    case 'product':
      return `(${node.factors.map(nodeKey).sort().join('*')})`
    case 'repeated':
      return `${node.op}[${node.index};${nodeKey(node.bounds.from)};${nodeKey(node.bounds.to)};${nodeKey(node.bounds.body)}]`
    case 'opaque':
      return node.key
    case 'text':
      return `"${node.text}"`
    case 'based':
      return `${node.digits}_${node.base}`
    case 'matrix':
      return `m${node.determinant}[${node.rows.map((row) => row.map(nodeKey).join(',')).join(';')}]`
    case 'bracket':
      return `${node.open}${node.items.map(nodeKey).join(',')}${node.close}`
    case 'relation':
      return `(${node.parts.map((part, i) => nodeKey(part) + (node.ops[i] ?? '')).join('')})`
    default:
      return `${labelOf(node)}(${childrenOf(node).map(nodeKey).join(',')})`
  }
}

function labelOf(node: Node): string {
  switch (node.kind) {
    case 'call':
      return node.name
    case 'quantity':
      return `unit:${node.before ?? ''}|${node.unit}`
    case 'conditioned':
      return `if:${node.condition}`
    case 'setOperation':
      return node.op
    case 'plusMinus':
      return `pm${node.sign}`
    default:
      return node.kind
  }
}

/** The direct parts of a node, in the order written. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'sum':
      return node.terms
    case 'product':
      return node.factors
    case 'quotient':
      return [node.over, node.under]
    case 'power':
      return [node.base, node.exponent]
    case 'negative':
    case 'plusMinus':
    case 'degrees':
    case 'percent':
    case 'quantity':
    case 'conditioned':
    case 'choice':
      return [node.of]
    case 'call':
      return node.args
    case 'repeated':
      return [node.bounds.from, node.bounds.to, node.bounds.body]
    case 'matrix':
      return node.rows.flat()
    case 'bracket':
    case 'list':
      return node.items
    case 'relation':
    case 'ratio':
    case 'compound':
      return node.parts
    case 'setOperation':
      return [node.left, node.right]
    default:
      return []
  }
}

/** Whether a node or any part of it passes the test. */
export function someNode(node: Node, test: (node: Node) => boolean): boolean {
  return test(node) || childrenOf(node).some((child) => someNode(child, test))
}
