import { meaningsOf } from '../notation/compound.ts'
import { type Label, NO_LABEL, readLabel } from '../notation/label.ts'
import { childrenOf, type Node, type Quantity, REALS_NAME, someNode } from '../notation/node.ts'
import { divide } from '../rational.ts'
import type { Budget } from '../value/budget.ts'
import { type Leaf, leafOf, traitsOf } from '../value/leaf.ts'
import { reduceMatrices } from '../value/matrix.ts'
import { withSigns } from '../value/substitute.ts'
import { complementOf, EVERYTHING, intersectPieces, regionOf } from './regions.ts'
import { relationShape } from './relations.ts'
import type { Assignment, Collection, Piece, Region, Shape, Value } from './shape.ts'
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
      return {
        kind: 'conditioned',
        of: shapeOf(node.of, budget),
        condition: node.condition,
        whole: node.whole === true,
      }
    case 'list':
      return listShape(node, budget)
    case 'bracket':
      return bracketShape(node, budget)
    case 'relation':
      return relationShape(node, budget, shapeOf)
    case 'setOperation':
      return setShape(node, budget)
    case 'ratio':
      return ratioShape(node, budget)
    case 'quantity':
      return quantityShape(node, budget)
    case 'compound':
      return compoundShape(node, budget)
    default:
      return valueShape(node, budget)
  }
}

const HOURS: Readonly<Record<string, 'am' | 'pm'>> = { noon: 'pm', midday: 'pm', midnight: 'am' }

function textShape(text: string): Shape {
  const canonical = canonicalText(text)
  if (canonical === EMPTY_TEXT) return NO_PIECES
  if (canonical === REALS_TEXT) return ALL
  if (Object.hasOwn(HOURS, canonical)) return { kind: 'clock', hour: 12, minute: 0, half: HOURS[canonical]! }
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
  if (inner.kind === 'percent') return plainValue(leafOf(signed(inner.of), budget), NO_LABEL, true)
  if (inner.kind === 'degrees') return plainValue(leafOf(signed(inner.of), budget), DEGREES)
  if (inner.kind === 'quantity' && node.kind === 'negative')
    return quantityShape({ ...inner, of: signed(inner.of) }, budget)
  return plainValue(leafOf(node, budget), NO_LABEL)
}

const plainValue = (leaf: Leaf, label: Label, percent = false): Value => ({ kind: 'value', leaf, percent, label })

const DEGREES: Label = readLabel('', 'degrees')

// every plus-minus takes the upper signs, then the lower ones
function signedShape(node: Node, budget: Budget): Shape {
  const items = [shapeOf(withSigns(node, 1), budget), shapeOf(withSigns(node, -1), budget)]
  return { kind: 'collection', style: 'list', items }
}

function quantityShape(node: Quantity, budget: Budget): Shape {
  const { before = '', unit } = node
  const clock = clockShape(node)
  if (clock !== null) return clock
  const label = readLabel(before, unit)
  const shape = shapeOf(label.negative ? { kind: 'negative', of: node.of } : node.of, budget)
  return labelled(shape, label)
}

/** A shape with what the words round it say. */
function labelled(shape: Shape, label: Label): Shape {
  const { bound, words, of } = label
  if (bound !== null) return { kind: 'bound', of: labelled(shape, { ...label, bound: null }), sign: bound }
  if (shape.kind !== 'value') return words.length + of.length === 0 ? shape : { kind: 'labelled', of: shape, label }
  // "n is even" is no n
  const strict = label.strict || (words.length > 0 && !traitsOf(shape.leaf).constant)
  // 5 percentage points
  const isPoints = words.length === 1 && (words[0] === 'percentag' || (shape.percent && words[0] === 'point'))
  const named = words.join() === 'percentag,point' || isPoints
  const units = label.units.length > 0 ? label.units : shape.label.units
  return plainValue(shape.leaf, { ...label, units, strict, words: named ? [] : words }, shape.percent || named)
}

// 1 hour 30 minutes: a sum in its first unit
function compoundShape(node: Extract<Node, { kind: 'compound' }>, budget: Budget): Shape {
  const labels = node.parts.map((part) => readLabel(part.before ?? '', part.unit))
  const units = meaningsOf(labels)!
  const terms = node.parts.map((part, i): Node => {
    const { n, d } = divide(units[i]!.factor, units[0]!.factor)!
    return i === 0 ? part.of : { kind: 'product', factors: [part.of, { kind: 'number', value: { n, d }, places: 0 }] }
  })
  // 3 dollars and 50 cents is 3.50, but 1 hour 30 minutes is neither 1.5 nor 90
  const isMoney = ['dollar', 'euro', 'pound'].some((base) => units[0]!.powers.has(base))
  const label = { ...labels.at(-1)!, units: [units[0]!], several: !isMoney }
  return labelled(shapeOf({ kind: 'sum', terms }, budget), label)
}

const HALF = /^(?:([ap]) ?m|noon|midday|midnight)\b ?/i

// 9:30 a.m., 9 am, 12 noon; with what else is said of it
function clockShape({ of, unit, before = '' }: Quantity): Shape | null {
  const match = HALF.exec(unit)
  if (match === null) return null
  const isMorning = (match[1] ?? match[0]).toLowerCase()[0] === 'a' || /^midnight/i.test(match[0])
  const [hour, minute] = of.kind === 'ratio' && of.parts.length === 2 ? of.parts : [of, null]
  if (hour?.kind !== 'number' || hour.value.d !== 1n || hour.value.n > 24n) return null
  if (minute !== null && minute?.kind !== 'number') return null
  const minutes = minute === null ? 0 : Number(minute.value.n)
  const clock: Shape = { kind: 'clock', hour: Number(hour.value.n), minute: minutes, half: isMorning ? 'am' : 'pm' }
  return labelled(clock, readLabel(before, unit.slice(match[0].length)))
}

function ratioShape(node: Extract<Node, { kind: 'ratio' }>, budget: Budget): Shape {
  const [first, second] = node.parts
  if (node.clock && first?.kind === 'number' && second?.kind === 'number')
    return { kind: 'clock', hour: Number(first.value.n), minute: Number(second.value.n), half: '' }
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
  const symbolic = plainValue(leafOf(node, budget), NO_LABEL)
  if (left === null || right === null || childrenOf(node).some(isBareSymbol)) return symbolic
  const variable = left.variable ?? right.variable
  if (node.op === 'union') return { kind: 'region', variable, pieces: [...left.pieces, ...right.pieces] }
  const outside = complementOf(right.pieces)
  const other = node.op === 'intersection' ? right.pieces : outside
  const pieces = other === null ? null : intersectPieces(left.pieces, other)
  return pieces === null ? symbolic : { kind: 'region', variable, pieces }
}

const isBareSymbol = (node: Node): boolean => node.kind === 'symbol' && node.name !== REALS_NAME && node.name !== '∅'
