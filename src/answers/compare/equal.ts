import type { Node } from '../notation/node.ts'
import { integer, rational, same } from '../rational.ts'
import { isFiniteComplex, over, size } from '../value/complex.ts'
import { compareLeaves, exactOfLeaf, type Leaf, leafOf, realOf } from '../value/leaf.ts'
import { MINUS_INFINITY, PLUS_INFINITY, regionOf, sameRegions } from './regions.ts'
import type { Assignment, Collection, Region, Shape, Value } from './shape.ts'
import { canonicalText } from './texts.ts'
import { equalValues, sameLabels } from './values.ts'

/** The work of one comparison: how much is left, and whether something had to be given up. */
export interface Effort {
  comparisons: number
  gaveUp: boolean
}

/** Most comparisons of parts within one comparison of answers: two lists of 400 items fit. */
export const MAX_COMPARISONS = 200_000

/** Whether two answers are equal; symmetric. */
export function equalShapes(a: Shape, b: Shape, effort: Effort): boolean {
  effort.comparisons -= 1
  if (effort.comparisons < 0) {
    effort.gaveUp = true
    return false
  }
  if (a.kind === 'conditioned' || b.kind === 'conditioned') return equalConditioned(a, b, effort)
  if (a.kind === 'choice' || b.kind === 'choice') return equalChoices(a, b, effort)
  if (a.kind === b.kind) return equalKinds(a, b, effort)
  return equalMixed(a, b, effort) || equalMixed(b, a, effort)
}

function equalLeaves(a: Leaf, b: Leaf, effort: Effort): boolean {
  const equality = compareLeaves(a, b)
  if (equality === 'unknown' && (a.givenUp || b.givenUp)) effort.gaveUp = true
  return equality === 'equal'
}

// a condition that only one side states does not distinguish them
function equalConditioned(a: Shape, b: Shape, effort: Effort): boolean {
  const left = a.kind === 'conditioned' ? a : null
  const right = b.kind === 'conditioned' ? b : null
  if (left !== null && right !== null && left.condition !== right.condition) return false
  if ((left === null && right!.whole) || (right === null && left!.whole)) return false
  return equalShapes(left?.of ?? a, right?.of ?? b, effort)
}

// (B) 12 is both B and 12
function equalChoices(a: Shape, b: Shape, effort: Effort): boolean {
  if (a.kind === 'choice' && b.kind === 'choice') return a.letter === b.letter && equalShapes(a.of, b.of, effort)
  const [choice, other] = a.kind === 'choice' ? [a, b] : [b as Extract<Shape, { kind: 'choice' }>, a]
  const letter = lettersOf(other)
  if (letter !== null && letter.length === 1) return letter === choice.letter
  return equalShapes(choice.of, other, effort)
}

function equalKinds(a: Shape, b: Shape, effort: Effort): boolean {
  switch (a.kind) {
    case 'value':
      return equalValues(a, b as Value, (left, right) => equalLeaves(left, right, effort))
    case 'text':
      return a.text === (b as typeof a).text
    case 'based':
      return a.base === (b as typeof a).base && a.digits === (b as typeof a).digits
    case 'clock':
      return equalClocks(a, b as typeof a)
    case 'region':
      return sameRegions(a, b as typeof a)
    case 'collection':
      return equalCollections(a, b as Collection, effort)
    case 'matrix':
      return equalRows(a.rows, (b as typeof a).rows, effort)
    case 'assignment':
      return equalAssignments(a, b as Assignment, effort)
    case 'equation': {
      const other = b as typeof a
      if (proportional(a.difference, other.difference) !== null) return true
      const [c, d] = other.sides
      const straight = equalLeaves(a.sides[0], c, effort) && equalLeaves(a.sides[1], d, effort)
      return straight || (equalLeaves(a.sides[0], d, effort) && equalLeaves(a.sides[1], c, effort))
    }
    case 'inequality': {
      const other = b as typeof a
      const factor = a.strict === other.strict ? proportional(a.difference, other.difference) : null
      return factor !== null && factor > 0
    }
    case 'chain': {
      const other = b as typeof a
      return a.ops.join() === other.ops.join() && equalLists(a.parts, other.parts, effort)
    }
    case 'ratio':
      return equalRatios(a.parts, (b as typeof a).parts, effort)
    case 'labelled':
      return sameLabels(a.label, (b as typeof a).label) && equalShapes(a.of, (b as typeof a).of, effort)
    case 'bound':
      return a.sign === (b as typeof a).sign && equalShapes(a.of, (b as typeof a).of, effort)
    default:
      return false
  }
}

const equalLists = (a: readonly Leaf[], b: readonly Leaf[], effort: Effort): boolean =>
  a.length === b.length && a.every((leaf, i) => equalLeaves(leaf, b[i]!, effort))

const equalRows = (a: readonly (readonly Leaf[])[], b: readonly (readonly Leaf[])[], effort: Effort): boolean =>
  a.length === b.length && a.every((row, i) => equalLists(row, b[i]!, effort))

function equalClocks(a: Extract<Shape, { kind: 'clock' }>, b: typeof a): boolean {
  if (a.minute !== b.minute) return false
  if (a.half === '' || b.half === '') return a.hour === b.hour || of24(a) === of24(b)
  return of24(a) === of24(b)
}

const of24 = (time: Extract<Shape, { kind: 'clock' }>): number =>
  time.half === '' ? time.hour : (time.hour % 12) + (time.half === 'pm' ? 12 : 0)

function equalMixed(a: Shape, b: Shape, effort: Effort): boolean {
  if (a.kind === 'assignment') return b.kind === 'equation' ? equalEquation(a, b) : equalShapes(a.value, b, effort)
  if (a.kind === 'text') {
    const letters = lettersOf(b)
    return letters !== null && (letters === a.text || canonicalText(letters) === a.text)
  }
  if (a.kind === 'clock') return clockAsRatio(a, b, effort)
  if (a.kind === 'labelled') return !a.label.strict && equalShapes(a.of, b, effort)
  if (a.kind === 'bound') {
    const region = b.kind === 'region' ? boundRegion(a) : null
    return region !== null && sameRegions(region, b as Region)
  }
  if (a.kind === 'region') {
    const other = b.kind === 'equation' || b.kind === 'assignment' ? null : regionOf(b)
    return other !== null && sameRegions(a, other)
  }
  if (a.kind === 'collection') {
    if (b.kind === 'matrix') return a.style === 'tuple' && equalVector(a, b, effort)
    // {3}, and a list that only repeats one answer, are that answer
    const only = a.style !== 'tuple' && a.style !== 'square' && a.items.length < 50
    return only && a.items.every((item) => equalShapes(item, b, effort))
  }
  return false
}

// at least 5: x >= 5, where 5 is a bare number
function boundRegion(bound: Extract<Shape, { kind: 'bound' }>): Region | null {
  const { of, sign } = bound
  if (of.kind !== 'value' || of.percent || of.label.units.length + of.label.words.length > 0) return null
  const [isLower, closed] = [sign[0] === '>', sign.length === 2]
  const piece = isLower
    ? { low: of.leaf, lowClosed: closed, high: PLUS_INFINITY, highClosed: false }
    : { low: MINUS_INFINITY, lowClosed: false, high: of.leaf, highClosed: closed }
  return { kind: 'region', variable: null, pieces: [piece] }
}

const equalEquation = (a: Assignment, b: Extract<Shape, { kind: 'equation' }>): boolean =>
  a.equation !== null && proportional(a.equation, b.difference) !== null

function equalVector(a: Collection, b: Extract<Shape, { kind: 'matrix' }>, effort: Effort): boolean {
  const flat = b.rows.flat()
  if (b.rows.length !== 1 && b.rows[0]!.length !== 1) return false
  return (
    flat.length === a.items.length &&
    a.items.every((item, i) => item.kind === 'value' && equalLeaves(item.leaf, flat[i]!, effort))
  )
}

// a quotient of two numbers may have meant a time of day
function clockAsRatio(a: Extract<Shape, { kind: 'clock' }>, b: Shape, effort: Effort): boolean {
  if (b.kind !== 'value' || b.leaf.node.kind !== 'ratio') return false
  const [hour, minute] = b.leaf.node.parts.map((part) => leafOf(part, b.leaf.budget))
  const isSame = (n: number, leaf: Leaf): boolean => equalLeaves(leafOf(number(n), b.leaf.budget), leaf, effort)
  return isSame(a.minute, minute!) && (isSame(a.hour, hour!) || isSame(of24(a), hour!))
}

/** The letters of a symbol, or of a product of plain ones. */
function lettersOf(shape: Shape): string | null {
  if (shape.kind === 'text') return shape.text
  if (shape.kind !== 'value') return null
  const { node } = shape.leaf
  const factors = node.kind === 'product' ? node.factors : [node]
  let letters = ''
  for (const factor of factors) {
    if (factor.kind !== 'symbol' || !/^\p{L}$/u.test(factor.name)) return null
    letters += factor.name
  }
  return letters
}

const number = (n: number): Node => ({ kind: 'number', value: integer(n), places: 0 })

function equalAssignments(a: Assignment, b: Assignment, effort: Effort): boolean {
  if (a.name === b.name && equalShapes(a.value, b.value, effort)) return true
  const [left, right] = [a.generic, b.generic]
  if (left && right && left.name === right.name && equalShapes(left.value, right.value, effort)) return true
  if (a.equation === null || b.equation === null) return false
  return proportional(a.equation, b.equation) !== null
}

function equalCollections(a: Collection, b: Collection, effort: Effort): boolean {
  if (isSingle(a) !== isSingle(b)) {
    return isSingle(a) ? equalShapes(a.items[0]!, b, effort) : equalShapes(a, b.items[0]!, effort)
  }
  const pair = [a.style, b.style].sort().join(' ')
  if (pair === 'list square' || pair === 'square tuple' || pair === 'set square') {
    return a.items.length !== 2 && equalInOrder(a, b, effort)
  }
  if (a.style === 'tuple' || b.style === 'tuple' || a.style === 'square') return equalInOrder(a, b, effort)
  return covers(a, b, effort) && covers(b, a, effort)
}

const isSingle = (a: Collection): boolean => a.items.length === 1 && (a.style === 'list' || a.style === 'set')

const equalInOrder = (a: Collection, b: Collection, effort: Effort): boolean =>
  a.items.length === b.items.length && a.items.every((item, i) => equalShapes(item, b.items[i]!, effort))

function covers(a: Collection, b: Collection, effort: Effort): boolean {
  return a.items.every((item, i) => {
    const beside = b.items[i]
    if (beside !== undefined && equalShapes(item, beside, effort)) return true
    return b.items.some((other) => equalShapes(item, other, effort))
  })
}

// 1 : 2 : 3 is 2 : 4 : 6
function equalRatios(a: readonly Leaf[], b: readonly Leaf[], effort: Effort): boolean {
  if (equalLists(a, b, effort)) return true
  if (a.length !== b.length) return false
  const cross = (x: Leaf, y: Leaf): Leaf => leafOf({ kind: 'product', factors: [x.node, y.node] }, x.budget)
  return a.every((leaf, i) => i === 0 || equalLeaves(cross(leaf, b[0]!), cross(b[i]!, a[0]!), effort))
}

/**
 * The constant k with a = k b at every point, as for two forms of one equation; null when there is none, or when
 * either is zero throughout and so says nothing.
 */
export function proportional(a: Leaf, b: Leaf): number | null {
  const exact = exactFactor(a, b)
  if (exact === 'none') return null
  let factor: number | null = null
  const [left, right] = [realOf(a), realOf(b)]
  let agreeing = 0
  for (const [i, x] of left.entries()) {
    const y = right[Math.min(i, right.length - 1)]!
    if (!isFiniteComplex(x) || !isFiniteComplex(y)) continue
    if (size(x) <= 16 * x.error || size(y) <= 16 * y.error) return null
    const quotient = over(x, y)
    if (Math.abs(quotient.im) > 1e-9 * size(quotient)) return null
    if (factor !== null && Math.abs(quotient.re - factor) > 1e-9 * Math.abs(factor) + 8 * quotient.error) return null
    factor ??= quotient.re
    agreeing += 1
  }
  return agreeing >= 3 ? factor : null
}

function exactFactor(a: Leaf, b: Leaf): 'none' | 'maybe' {
  const [a0, a1] = exactOfLeaf(a)
  const [b0, b1] = exactOfLeaf(b)
  if (!a0 || !a1 || !b0 || !b1) return 'maybe'
  const left = rational(a0.n * b1.n, a0.d * b1.d)
  const right = rational(a1.n * b0.n, a1.d * b0.d)
  return left !== null && right !== null && !same(left, right) ? 'none' : 'maybe'
}
