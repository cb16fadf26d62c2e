import type { Label } from '../notation/label.ts'
import type { Node } from '../notation/node.ts'
import { commensurable, type Unit } from '../notation/units.ts'
import { divide, integer, same } from '../rational.ts'
import { type Leaf, leafOf } from '../value/leaf.ts'
import type { Value } from './shape.ts'

type LeafRule = (a: Leaf, b: Leaf) => boolean

/** Whether two values with their units, percent signs and words are equal; `equal` compares the bare ones. */
export function equalValues(a: Value, b: Value, equal: LeafRule): boolean {
  if (!sameWords(a, b)) return false
  if ((a.percent && b.label.units.length > 0) || (b.percent && a.label.units.length > 0)) return false
  const [left, right] = [a.label.units, b.label.units]
  if (left.length > 0 && right.length > 0)
    return left.some((from) => right.some((to) => equalMeasures(a.leaf, from, b.leaf, to, equal)))
  if (left.length + right.length > 0) {
    const [measured, plain] = left.length > 0 ? [a, b] : [b, a]
    if (isAngle(measured.label.units) && equal(radians(measured.leaf), plain.leaf)) return true
  }
  if (equal(a.leaf, b.leaf)) return true
  if (a.percent === b.percent) return false
  return equal(a.percent ? hundredth(a.leaf) : a.leaf, b.percent ? hundredth(b.leaf) : b.leaf)
}

const isAngle = (units: readonly Unit[]): boolean => units.some((unit) => unit.powers.has('degree'))

/**
 * Whether the words round two values allow them to be one: those of one side hold the other's. A value with a unit
 * says nothing about one that is counted in something else: 5 hours, 5 apples.
 */
function sameWords(a: Value, b: Value): boolean {
  const [left, right] = [a.label, b.label]
  if ((left.several || right.several || left.strict || right.strict) && isMeasured(a) !== isMeasured(b)) return false
  if (left.strict || right.strict) return sameItems(left.words, right.words) && sameItems(left.of, right.of)
  if (isMeasured(a) !== isMeasured(b)) return isMeasured(a) ? saysNoMore(right, left) : saysNoMore(left, right)
  return agree(left.words, right.words) && agree(left.of, right.of)
}

// 5 north beside 5 km north; 6 eggs are no 6 eggs per day
function saysNoMore(plain: Label, measured: Label): boolean {
  const isRate = measured.units.some((unit) => [...unit.powers.values()].some((power) => power < 0))
  const words = [...plain.words, ...plain.of]
  return isRate ? words.length === 0 : holds([...measured.words, ...measured.of], words)
}

const isMeasured = (value: Value): boolean => value.percent || value.label.units.length > 0

const agree = (a: readonly string[], b: readonly string[]): boolean => holds(a, b) || holds(b, a)
const holds = (all: readonly string[], some: readonly string[]): boolean => some.every((word) => all.includes(word))
const sameItems = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && holds(a, b)

/** Whether two shapes that are no single values have the same words and units round them. */
export function sameLabels(a: Label, b: Label): boolean {
  if (a.strict || b.strict ? !sameItems(a.words, b.words) || !sameItems(a.of, b.of) : !agree(a.words, b.words))
    return false
  if (a.units.length === 0 || b.units.length === 0) return true
  return a.units.some((from) => b.units.some((to) => commensurable(from, to) && same(from.factor, to.factor)))
}

function equalMeasures(a: Leaf, from: Unit, b: Leaf, to: Unit, equal: LeafRule): boolean {
  if (isGeneric(from, to) || isGeneric(to, from)) return equal(a, b)
  if (!commensurable(from, to)) {
    if (isOnly(from, 'degree') && isOnly(to, 'radian')) return equal(radians(a), b)
    return isOnly(from, 'radian') && isOnly(to, 'degree') && equal(a, radians(b))
  }
  return same(from.factor, to.factor) ? equal(a, b) : equal(converted(a, from, to), b)
}

const isOnly = (unit: Unit, base: string): boolean => unit.powers.size === 1 && unit.powers.get(base) === 1

// square units are any unit's squares
function isGeneric(unit: Unit, other: Unit): boolean {
  const power = unit.powers.get('unit')
  return (
    power !== undefined && unit.powers.size === 1 && other.powers.size === 1 && [...other.powers.values()][0] === power
  )
}

function converted(leaf: Leaf, from: Unit, to: Unit): Leaf {
  const scale = divide(from.factor, to.factor)
  if (scale === null) return leaf
  return leafOf({ kind: 'product', factors: [leaf.node, { kind: 'number', value: scale, places: 0 }] }, leaf.budget)
}

const number = (n: number): Node => ({ kind: 'number', value: integer(n), places: 0 })

function hundredth(leaf: Leaf): Leaf {
  leaf.hundredth ??= leafOf({ kind: 'quotient', over: leaf.node, under: number(100) }, leaf.budget)
  return leaf.hundredth
}

function radians(leaf: Leaf): Leaf {
  const over: Node = { kind: 'product', factors: [leaf.node, { kind: 'symbol', name: 'π' }] }
  leaf.radians ??= leafOf({ kind: 'quotient', over, under: number(180) }, leaf.budget)
  return leaf.radians
}
