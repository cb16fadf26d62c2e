import { childrenOf, type Node, REALS_NAME, someNode } from '../notation/node.ts'
import { readUnit, type Unit } from '../notation/units.ts'
import type { Budget } from '../value/budget.ts'
import { leafOf } from '../value/leaf.ts'
import { reduceMatrices } from '../value/matrix.ts'
import { withSigns } from '../value/substitute.ts'
import { complementOf, EVERYTHING, intersectPieces, regionOf } from './regions.ts'
import { relationShape } from './relations.ts'
import type { Assignment, Collection, Piece, Region, Shape } from './shape.ts'
import { canonicalText, EMPTY_TEXT, REALS_TEXT } from './texts.ts'

const NO_PIECES: Region = { kind: 'region', variable: null, pieces: [] }
const ALL: Region = { kind: 'region', variable: null, pieces: [EVERYTHING] }

/** An answer's meaning, as a shape that can be compared. */
export function shapeOf(node: Node, budget: Budget): Shape {
  switch (node.kind) {
    case 'text':
      return textShape(node.text)
    case 'choice':
      return { kind: 'choice', letter: node.letter, of: shapeOf(node.of, budget) }
    case 'based':
      return { kind: 'based', digits: node.digits, base: node.base }
    case 'conditioned':
      return { kind: 'conditioned', of: shapeOf(node.of, budget), condition: node.condition }
    case 'list':
      return listShape(node, budget)
    case 'bracket':
      return bracketShape(node, budget)
    case 'relation':
      return relationShape(node, budget, shapeOf)
    case 'setOperation':
      return setShape(node, budget)
    case 'ratio':
      return ratioShape(node, '', budget)
    case 'quantity':
      return quantityShape(node, budget)
    default:
      return valueShape(node, budget)
  }
}

function textShape(text: string): Shape {
  const canonical = canonicalText(text)
  if (canonical === EMPTY_TEXT) return NO_PIECES
  if (canonical === REALS_TEXT) return ALL
  return { kind: 'text', text: text.length === 1 ? text : canonical }
}

function valueShape(node: Node, budget: Budget): Shape {
  if (node.kind === 'symbol') {
    if (node.name === REALS_NAME) return ALL
    if (node.name === '∅') return NO_PIECES
  }
  if (someNode(node, (part) => part.kind === 'plusMinus')) return signedShape(node, budget)
  if (someNode(node, (part) => part.kind === 'matrix')) {
    const reduced = reduceMatrices(node)
    if (reduced.kind === 'matrix')
      return { kind: 'matrix', rows: reduced.rows.map((row) => row.map((entry) => leafOf(entry, budget))) }
    return single(reduced, budget)
  }
  return single(node, budget)
}

function single(node: Node, budget: Budget): Shape {
  const inner = node.kind === 'negative' ? node.of : node
  const signed = (of: Node): Node => (node.kind === 'negative' ? { kind: 'negative', of } : of)
  if (inner.kind === 'percent')
    return { kind: 'value', leaf: leafOf(signed(inner.of), budget), percent: true, unit: null }
  if (inner.kind === 'degrees')
    return { kind: 'value', leaf: leafOf(signed(inner.of), budget), percent: false, unit: DEGREES }
  if (inner.kind === 'quantity' && node.kind === 'negative')
    return quantityShape({ ...inner, of: signed(inner.of) }, budget)
  return { kind: 'value', leaf: leafOf(node, budget), percent: false, unit: null }
}

const DEGREES: Unit = readUnit('degree')!

// every plus-minus takes the upper signs, then the lower ones
function signedShape(node: Node, budget: Budget): Shape {
  const items = [shapeOf(withSigns(node, 1), budget), shapeOf(withSigns(node, -1), budget)]
  return { kind: 'collection', style: 'list', items }
}

function quantityShape(node: Extract<Node, { kind: 'quantity' }>, budget: Budget): Shape {
  if (node.of.kind === 'ratio') return ratioShape(node.of, node.unit, budget)
  const shape = shapeOf(node.of, budget)
  if (shape.kind === 'value') return { ...shape, unit: readUnit(node.unit) ?? shape.unit }
  return shape
}

function ratioShape(node: Extract<Node, { kind: 'ratio' }>, unit: string, budget: Budget): Shape {
  const [first, second] = node.parts
  const half = /^([ap]) ?m$/i.exec(unit)?.[1]?.toLowerCase()
  if (
    node.parts.length === 2 &&
    (node.clock || half !== undefined) &&
    first?.kind === 'number' &&
    second?.kind === 'number'
  ) {
    const own = half === undefined ? '' : half === 'a' ? 'am' : 'pm'
    return { kind: 'clock', hour: Number(first.value.n), minute: Number(second.value.n), half: own }
  }
  if (node.parts.length === 2 && node.parts.every(isPlainValue)) return single(node, budget)
  return { kind: 'ratio', parts: node.parts.map((part) => leafOf(part, budget)) }
}

const isPlainValue = (node: Node): boolean =>
  !someNode(node, (part) => part.kind === 'text' || part.kind === 'plusMinus')

function listShape(node: Extract<Node, { kind: 'list' }>, budget: Budget): Shape {
  const items = node.items.map((item) => shapeOf(item, budget))
  return joinedRegion(items, node.joiner) ?? spread(items)
}

/** A list of shapes; n = 2, 3, 4 names each of them, and lists within it (from plus-minus) are taken apart. */
function spread(items: readonly Shape[]): Collection {
  const flat = items.flatMap(unfold)
  const first = flat[0]
  if (first?.kind === 'assignment' && flat.slice(1).every((item) => PLAIN.has(item.kind))) {
    const named = flat.map((item) => (item.kind === 'assignment' ? item : renamed(first, item)))
    return { kind: 'collection', style: 'list', items: named }
  }
  return { kind: 'collection', style: 'list', items: flat }
}

const renamed = (first: Assignment, value: Shape): Assignment => ({
  ...first,
  value,
  generic: first.generic === null ? null : { ...first.generic, value },
  equation: null,
})

const PLAIN = new Set<Shape['kind']>(['value', 'collection', 'text', 'matrix'])

function unfold(shape: Shape): readonly Shape[] {
  if (shape.kind === 'collection' && shape.style === 'list') return shape.items
  if (shape.kind !== 'assignment' || shape.value.kind !== 'collection' || shape.value.style !== 'list') return [shape]
  return shape.value.items.map((value) => renamed(shape, value))
}

// x < 1 or x > 3; x > 1, x < 3: inequalities in one unknown are one set
function joinedRegion(items: readonly Shape[], joiner: string): Region | null {
  const first = items.find((item) => item.kind === 'region' && item.variable !== null) as Region | undefined
  if (first === undefined) return null
  const regions: Region[] = []
  for (const item of items) {
    const region = item.kind === 'region' || item.kind === 'assignment' ? regionOf(item) : null
    if (region === null || (region.variable !== null && region.variable !== first.variable)) return null
    regions.push(region)
  }
  const common = joiner === 'or' ? null : regions.map((region) => region.pieces).reduce(bothPieces)
  const pieces = common !== null && common.length > 0 ? common : regions.flatMap((region) => region.pieces)
  return { kind: 'region', variable: first.variable, pieces }
}

const bothPieces = (a: readonly Piece[], b: readonly Piece[]): readonly Piece[] => intersectPieces(a, b) ?? []

function bracketShape(node: Extract<Node, { kind: 'bracket' }>, budget: Budget): Shape {
  const { open, close } = node
  if (node.items.length === 0) return NO_PIECES
  const items = node.items.map((item) => shapeOf(item, budget))
  if (open === '\\{') return { kind: 'collection', style: 'set', items: items.flatMap(unfold) }
  if ((open === '(' && close === ')') || open === '⟨') return { kind: 'collection', style: 'tuple', items }
  if (open === '[' && close === ']') return { kind: 'collection', style: 'square', items }
  const [low, high] = items
  if (items.length !== 2 || low?.kind !== 'value' || high?.kind !== 'value') {
    return { kind: 'collection', style: 'square', items }
  }
  const piece = { low: low.leaf, lowClosed: open === '[', high: high.leaf, highClosed: close === ']' }
  return { kind: 'region', variable: null, pieces: [piece] }
}

function setShape(node: Extract<Node, { kind: 'setOperation' }>, budget: Budget): Shape {
  const left = regionOf(shapeOf(node.left, budget))
  const right = regionOf(shapeOf(node.right, budget))
  const symbolic: Shape = { kind: 'value', leaf: leafOf(node, budget), percent: false, unit: null }
  if (left === null || right === null || childrenOf(node).some(isBareSymbol)) return symbolic
  const variable = left.variable ?? right.variable
  if (node.op === 'union') return { kind: 'region', variable, pieces: [...left.pieces, ...right.pieces] }
  const outside = complementOf(right.pieces)
  const other = node.op === 'intersection' ? right.pieces : outside
  const pieces = other === null ? null : intersectPieces(left.pieces, other)
  return pieces === null ? symbolic : { kind: 'region', variable, pieces }
}

const isBareSymbol = (node: Node): boolean => node.kind === 'symbol' && node.name !== REALS_NAME && node.name !== '∅'
