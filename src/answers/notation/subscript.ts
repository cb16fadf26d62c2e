import { type Node, nodeKey, UNREADABLE } from './node.ts'

/** A node with a subscript: digits in a base (204_5), a named symbol (x_1), or an indexed quantity (F_{n-k}). */
export function subscripted(node: Node, script: Node): Node {
  if (node.kind === 'number') return inBase(node, script)
  if (node.kind !== 'symbol') return { kind: 'call', name: `sub:${nodeKey(script)}`, args: [node] }
  if (script.kind === 'number' || script.kind === 'symbol' || script.kind === 'text') {
    return { kind: 'symbol', name: `${node.name}_${nodeKey(script)}` }
  }
  if (script.kind === 'list' || script.kind === 'relation')
    return { kind: 'symbol', name: `${node.name}_${nodeKey(script)}` }
  return { kind: 'call', name: `${node.name}_`, args: [script] }
}

function inBase(node: Extract<Node, { kind: 'number' }>, script: Node): Node {
  if (script.kind !== 'number' || script.value.d !== 1n) throw UNREADABLE
  const base = Number(script.value.n)
  // base ten is how numbers are written anyway
  return base === 10 ? node : { kind: 'based', digits: nodeKey(node), base }
}
