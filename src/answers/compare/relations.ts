import { NO_LABEL, readLabel } from '../notation/label.ts'
import { childrenOf, INFINITY_NAME, type Node, nodeKey, someNode } from '../notation/node.ts'
import { divide, integer, negated, type Rational, rational } from '../rational.ts'
import { type Budget, GIVEN_UP } from '../value/budget.ts'
import { CONSTANTS, exactOf } from '../value/exact.ts'
import { type Leaf, leafOf } from '../value/leaf.ts'
import { renameSymbols } from '../value/substitute.ts'
import { complementOf, intersectPieces, MINUS_INFINITY, PLUS_INFINITY, pointPiece } from './regions.ts'
import type { Assignment, Piece, Region, Shape } from './shape.ts'

type ShapeRule = (node: Node, budget: Budget) => Shape

const ORDERED: Readonly<Record<string, string>> = { '<': '<', '<=': '<=', '>': '<', '>=': '<=' }

/** Reads a relation as a statement: an assignment, an equation, a region, an inequality or a chain. */
export function relationShape(node: Extract<Node, { kind: 'relation' }>, budget: Budget, shapeOf: ShapeRule): Shape {
  const { parts, ops } = latestPart(node)
  if (ops.length === 0) return shapeOf(parts[0]!, budget)
  if (ops.every((op) => op === '=' || op === '~')) return equalityShape(parts, budget, shapeOf)
  if (ops.length === 1 && ops[0] === 'in')
    return { ...assignment(parts[0]!, parts[1]!, budget, shapeOf), equation: null }
  // the units of x > 5 cm stand beside the inequality
  const labels = parts.flatMap((part) => (part.kind === 'quantity' ? [readLabel(part.before ?? '', part.unit)] : []))
  const bare = parts.map((part) => (part.kind === 'quantity' ? part.of : part))
  const isDifferent = ops.length === 1 && ops[0] === '!='
  const of = isDifferent ? differentShape(bare[0]!, bare[1]!, budget) : orderShape(bare, ops, budget)
  const label = labels.at(-1)
  return label === undefined ? of : { kind: 'labelled', of, label }
}

// what follows the last arrow counts; an approximation behind a value does not
function latestPart({ parts, ops }: Extract<Node, { kind: 'relation' }>): {
  parts: readonly Node[]
  ops: readonly string[]
} {
  const arrow = Math.max(ops.lastIndexOf('=>'), ops.lastIndexOf('->'))
  const rest = { parts: parts.slice(arrow + 1), ops: ops.slice(arrow + 1) }
  const approximate = rest.ops.indexOf('~')
  if (approximate < 0 || (approximate === 0 && isName(rest.parts[0]!))) return rest
  return { parts: rest.parts.slice(0, approximate + 1), ops: rest.ops.slice(0, approximate) }
}

function equalityShape(parts: readonly Node[], budget: Budget, shapeOf: ShapeRule): Shape {
  const first = parts[0]!
  const last = parts.at(-1)!
  if (isName(first)) return assignment(first, last, budget, shapeOf)
  if (isName(last) && parts.length === 2 && !isName(first) && isConstant(first))
    return assignment(last, first, budget, shapeOf)
  // 12 = 3 * 4 = x ends in its result, and so does a chain of identities
  if (parts.length > 2)
    return isConstant(last) || parts.some(isName) ? shapeOf(last, budget) : equation(first, last, budget)
  return isConstant(first) && isConstant(last) ? shapeOf(last, budget) : equation(first, last, budget)
}

function equation(left: Node, right: Node, budget: Budget): Shape {
  const sides = [leafOf(left, budget), leafOf(right, budget)] as const
  return { kind: 'equation', difference: leafOf(difference(left, right), budget), sides }
}

const difference = (left: Node, right: Node): Node => ({ kind: 'sum', terms: [left, { kind: 'negative', of: right }] })

const isConstant = (node: Node): boolean =>
  !someNode(node, (part) => part.kind === 'symbol' && !CONSTANTS.has(part.name) && part.name !== INFINITY_NAME)

/** Whether a node only names something: symbols, f(x), |AB|, NO/BO, A:B, (p, q), without a number of its own. */
function isName(node: Node): boolean {
  if (node.kind === 'text') return true
  if (node.kind === 'call' && node.name.endsWith('()')) return true
  if (node.kind === 'symbol') return !CONSTANTS.has(node.name) && node.name !== INFINITY_NAME
  const named = someNode(
    node,
    (part) => part.kind === 'opaque' || (part.kind === 'symbol' && !CONSTANTS.has(part.name)),
  )
  return named && !hasNumber(node)
}

function hasNumber(node: Node): boolean {
  if (UNNAMED.has(node.kind)) return true
  // the 2 of a square root is not written
  const parts = node.kind === 'call' && node.name === 'root' ? node.args.slice(0, 1) : childrenOf(node)
  return parts.some(hasNumber)
}

const UNNAMED = new Set<Node['kind']>([
  'number',
  'percent',
  'plusMinus',
  'repeated',
  'based',
  'relation',
  'setOperation',
])

function assignment(name: Node, value: Node, budget: Budget, shapeOf: ShapeRule): Assignment {
  const shape = shapeOf(value, budget)
  return {
    kind: 'assignment',
    name: nodeKey(name),
    value: shape,
    generic: genericOf(name, value, (node) => shapeOf(node, budget)),
    equation:
      shape.kind === 'value' && shape.label === NO_LABEL && name.kind !== 'text'
        ? leafOf(difference(name, value), budget)
        : null,
  }
}

// the letter that a function is written with does not matter: f(x) = 2x is f(t) = 2t
function genericOf(name: Node, value: Node, shapeOf: (node: Node) => Shape): Assignment['generic'] {
  if (name.kind !== 'call' || !name.name.endsWith('()') || !name.args.every((arg) => arg.kind === 'symbol')) return null
  const dummies = new Map(name.args.map((arg, i) => [arg.kind === 'symbol' ? arg.name : '', `§${i}`]))
  return { name: nodeKey(renameSymbols(name, dummies)), value: shapeOf(renameSymbols(value, dummies)) }
}

function differentShape(left: Node, right: Node, budget: Budget): Shape {
  if (left.kind === 'symbol' && isConstant(right)) {
    const pieces = complementOf([pointPiece(leafOf(right, budget))])
    if (pieces !== null) return { kind: 'region', variable: left.name, pieces }
  }
  return { kind: 'chain', parts: [leafOf(left, budget), leafOf(right, budget)], ops: ['!='] }
}

function orderShape(parts: readonly Node[], ops: readonly string[], budget: Budget): Shape {
  const up = ops.every((op) => op === '<' || op === '<=')
  const down = ops.every((op) => op === '>' || op === '>=')
  if (!up && !down) return { kind: 'chain', parts: parts.map((part) => leafOf(part, budget)), ops }
  const rising = up ? parts : parts.toReversed()
  const signs = (up ? ops : ops.toReversed()).map((op) => ORDERED[op]!)
  const region = betweenEnds(rising, signs, budget) ?? solveChain(rising, signs, budget)
  if (region !== null) return region
  if (signs.length === 1) {
    const leaf = leafOf(difference(rising[0]!, rising[1]!), budget)
    return { kind: 'inequality', difference: leaf, strict: signs[0] === '<' }
  }
  return { kind: 'chain', parts: rising.map((part) => leafOf(part, budget)), ops: signs }
}

// a < x <= b
function betweenEnds(parts: readonly Node[], ops: readonly string[], budget: Budget): Region | null {
  const [low, middle, high] = parts
  if (parts.length !== 3 || middle!.kind !== 'symbol' || !isName(middle!)) return null
  const { name } = middle as Extract<Node, { kind: 'symbol' }>
  if ([low!, high!].some((end) => someNode(end, (part) => part.kind === 'symbol' && part.name === name))) return null
  const [bottom, top] = [
    above(name, leafOf(low!, budget), ops[0] === '<='),
    below(name, leafOf(high!, budget), ops[1] === '<='),
  ]
  return { kind: 'region', variable: name, pieces: intersect(bottom.pieces, top.pieces) ?? [] }
}

function solveChain(parts: readonly Node[], ops: readonly string[], budget: Budget): Region | null {
  let region: Region | null = null
  for (const [i, op] of ops.entries()) {
    const solved = solve({ smaller: parts[i]!, larger: parts[i + 1]!, closed: op === '<=', budget })
    if (solved === null || (region !== null && region.variable !== solved.variable)) return null
    const pieces: readonly Piece[] | null = region === null ? solved.pieces : intersect(region.pieces, solved.pieces)
    if (pieces === null) return null
    region = { kind: 'region', variable: solved.variable, pieces }
  }
  return region
}

// a < x and x < b: also where a and b are not numbers
function intersect(a: readonly Piece[], b: readonly Piece[]): readonly Piece[] | null {
  const [left, right] = [a[0], b[0]]
  if (a.length === 1 && b.length === 1 && left!.high === PLUS_INFINITY && right!.low === MINUS_INFINITY) {
    return [{ low: left!.low, lowClosed: left!.lowClosed, high: right!.high, highClosed: right!.highClosed }]
  }
  return intersectPieces(a, b)
}

interface Order {
  readonly smaller: Node
  readonly larger: Node
  readonly closed: boolean // or equal
  readonly budget: Budget
}

// smaller < larger for one unknown, where it stands alone or both sides are linear in it
function solve({ smaller, larger, closed, budget }: Order): Region | null {
  if (smaller.kind === 'symbol' && isName(smaller) && isConstant(larger))
    return below(smaller.name, leafOf(larger, budget), closed)
  if (larger.kind === 'symbol' && isName(larger) && isConstant(smaller))
    return above(larger.name, leafOf(smaller, budget), closed)
  const names = new Set<string>()
  const gap = difference(smaller, larger)
  someNode(gap, (part) => {
    if (part.kind === 'symbol' && !CONSTANTS.has(part.name)) names.add(part.name)
    return false
  })
  const [name] = names
  if (name === undefined || names.size > 1 || name === INFINITY_NAME) return null
  const [zero, one, two] = [0, 1, 2].map((x) => valueAt(gap, name, x, budget))
  if (!zero || !one || !two) return null
  const slope = subtract(one, zero)
  const next = subtract(two, one)
  if (slope === null || next === null || slope.n !== next.n || slope.d !== next.d || slope.n === 0n) return null
  const root = divide(negated(zero), slope)
  if (root === null) return null
  const bound = leafOf({ kind: 'number', value: root, places: 0 }, budget)
  return slope.n > 0n ? below(name, bound, closed) : above(name, bound, closed)
}

const subtract = (a: Rational, b: Rational): Rational | null => rational(a.n * b.d - b.n * a.d, a.d * b.d)

function valueAt(node: Node, name: string, x: number, budget: Budget): Rational | null {
  try {
    const at = (other: string): Rational | null => (other === name ? integer(x) : null)
    return exactOf(node, { valueOf: at, budget })
  } catch (error) {
    if (error !== GIVEN_UP) throw error
    return null
  }
}

const isInfinite = (node: Node): boolean =>
  someNode(node, (part) => part.kind === 'symbol' && part.name === INFINITY_NAME)

function below(variable: string, bound: Leaf, closed: boolean): Region {
  const piece = { low: MINUS_INFINITY, lowClosed: false, high: bound, highClosed: closed && !isInfinite(bound.node) }
  return { kind: 'region', variable, pieces: [piece] }
}

function above(variable: string, bound: Leaf, closed: boolean): Region {
  const piece = { low: bound, lowClosed: closed && !isInfinite(bound.node), high: PLUS_INFINITY, highClosed: false }
  return { kind: 'region', variable, pieces: [piece] }
}
