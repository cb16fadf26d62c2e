import { type Node, nodeKey, someNode } from '../notation/node.ts'
import { type Rational, rational, same, toNumber } from '../rational.ts'
import { type Budget, GIVEN_UP } from './budget.ts'
import { type Complex, isFiniteComplex, size } from './complex.ts'
import { CONSTANTS, exactOf } from './exact.ts'
import { numericOf } from './numeric.ts'
import { EXACT_POINTS, exactValue, REAL_POINTS, realValue, WHOLE_POINTS, wholeValue } from './points.ts'

/** An expression that stands for one value. Results about it are cached. */
export interface Leaf {
  readonly node: Node
  readonly budget: Budget // work left for the whole answer that it belongs to
  traits?: Traits
  exact?: readonly (Rational | null)[] // [EXACT_POINTS], or [1] for a constant
  exactWhole?: readonly (Rational | null)[] // [EXACT_POINTS] at whole numbers
  real?: readonly Complex[] // [REAL_POINTS], one for a constant
  whole?: readonly Complex[] // [WHOLE_POINTS]
  hundredth?: Leaf // the value divided by 100
  radians?: Leaf // the value times pi / 180
  givenUp: boolean // its evaluation took too long
}

interface Traits {
  readonly key: string // canonical text
  readonly constant: boolean // no unknowns
  readonly wholeOnly: boolean // has a meaning for whole numbers only: n!, (-1)^n
  readonly places: number // most decimals written in it
}

export type Equality = 'equal' | 'unequal' | 'unknown'

/** Relative difference up to which two doubles count as one value; rounding errors are allowed in addition. */
const TOLERANCE = 1e-12
/** A value known less well than this, relative to itself, decides nothing. */
const WORST_ERROR = 1e-6

export const leafOf = (node: Node, budget: Budget): Leaf => ({ node, budget, givenUp: false })

export function traitsOf(leaf: Leaf): Traits {
  if (leaf.traits !== undefined) return leaf.traits
  let [constant, wholeOnly, places] = [true, false, 0]
  someNode(leaf.node, (part) => {
    if (part.kind === 'number') places = Math.max(places, part.places)
    else if (isUnknown(part)) constant = false
    else if (needsWhole(part)) wholeOnly = true
    return false
  })
  leaf.traits = { key: nodeKey(leaf.node), constant, wholeOnly, places }
  return leaf.traits
}

const isUnknown = (node: Node): boolean => node.kind === 'symbol' && !CONSTANTS.has(node.name)

function needsWhole(node: Node): boolean {
  if (node.kind === 'call' && (node.name === 'factorial' || node.name === 'binomial')) return node.args.some(hasUnknown)
  if (node.kind === 'repeated') return hasUnknown(node.bounds.from) || hasUnknown(node.bounds.to)
  if (node.kind !== 'power' || !hasUnknown(node.exponent)) return false
  return node.base.kind === 'negative' && node.base.of.kind === 'number'
}

const hasUnknown = (node: Node): boolean => someNode(node, isUnknown)

/** Whether two expressions have one value, for all values of their unknowns. */
export function compareLeaves(a: Leaf, b: Leaf): Equality {
  const [left, right] = [traitsOf(a), traitsOf(b)]
  if (left.key === right.key) return 'equal'
  const wholeOnly = left.wholeOnly || right.wholeOnly
  const exact = compareExact(a, b, wholeOnly)
  if (exact === 'equal') return 'equal'
  if (exact === 'unequal') return roundsTogether(a, b) ? 'equal' : 'unequal'
  const equality = compareValues(wholeOnly ? wholeOf(a) : realOf(a), wholeOnly ? wholeOf(b) : realOf(b))
  return equality === 'unequal' && roundsTogether(a, b) ? 'equal' : equality
}

function compareExact(a: Leaf, b: Leaf, wholeOnly: boolean): Equality {
  const left = wholeOnly ? exactWholeOf(a) : exactOfLeaf(a)
  const right = wholeOnly ? exactWholeOf(b) : exactOfLeaf(b)
  for (let point = 0; point < EXACT_POINTS; point += 1) {
    const x = left[Math.min(point, left.length - 1)]!
    const y = right[Math.min(point, right.length - 1)]!
    if (x === null || y === null) return 'unknown'
    if (!same(x, y)) return 'unequal'
  }
  return 'equal'
}

/** Exact values: one for a constant, otherwise one per point; null where there is none. */
export function exactOfLeaf(leaf: Leaf): readonly (Rational | null)[] {
  leaf.exact ??= evaluateExact(leaf, exactValue)
  return leaf.exact
}

function exactWholeOf(leaf: Leaf): readonly (Rational | null)[] {
  if (traitsOf(leaf).constant) return exactOfLeaf(leaf)
  leaf.exactWhole ??= evaluateExact(leaf, wholeRational)
  return leaf.exactWhole
}

function evaluateExact(leaf: Leaf, at: (name: string, point: number) => Rational | null): readonly (Rational | null)[] {
  return [...Array(traitsOf(leaf).constant ? 1 : EXACT_POINTS).keys()].map((point) =>
    guarded(leaf, null, (budget) =>
      exactOf(leaf.node, { valueOf: (name) => (CONSTANTS.has(name) ? null : at(name, point)), budget }),
    ),
  )
}

const wholeRational = (name: string, point: number): Rational | null => rational(BigInt(wholeValue(name, point)))

const NOTHING: Complex = { re: Number.NaN, im: 0, error: 0, real: true }

export function realOf(leaf: Leaf): readonly Complex[] {
  leaf.real ??= evaluate(leaf, traitsOf(leaf).constant ? 1 : REAL_POINTS, realValue)
  return leaf.real
}

function wholeOf(leaf: Leaf): readonly Complex[] {
  leaf.whole ??= evaluate(leaf, traitsOf(leaf).constant ? 1 : WHOLE_POINTS, wholeValue)
  return leaf.whole
}

function evaluate(leaf: Leaf, count: number, at: (name: string, point: number) => number): readonly Complex[] {
  return [...Array(count).keys()].map((point) =>
    guarded(leaf, NOTHING, (budget) =>
      numericOf(leaf.node, {
        valueOf: (name) => (name === 'i' ? Number.NaN : at(name, point)),
        budget,
        angular: false,
      }),
    ),
  )
}

function guarded<T>(leaf: Leaf, otherwise: T, work: (budget: Budget) => T): T {
  if (leaf.givenUp) return otherwise
  try {
    return work(leaf.budget)
  } catch (error) {
    if (error !== GIVEN_UP) throw error
    leaf.givenUp = true
    return otherwise
  }
}

/**
 * Compares values point by point. Points where either side has left the real line are skipped, as long as others
 * remain: sqrt(x y) and sqrt(x) sqrt(y) agree wherever both are real.
 */
function compareValues(a: readonly Complex[], b: readonly Complex[]): Equality {
  const points = Math.max(a.length, b.length)
  const pairs = [...Array(points).keys()].map(
    (i) => [a[Math.min(i, a.length - 1)]!, b[Math.min(i, b.length - 1)]!] as const,
  )
  const usable = pairs.filter(([x, y]) => isFiniteComplex(x) && isFiniteComplex(y))
  if (usable.length === 0) return 'unknown'
  const onLine = points === 1 ? usable : usable.filter(([x, y]) => x.real && y.real)
  const chosen = onLine.length > 0 ? onLine : usable
  let equality: Equality = 'equal'
  for (const [x, y] of chosen) {
    const at = closeness(x, y)
    if (at === 'unequal') return 'unequal'
    if (at === 'unknown') equality = 'unknown'
  }
  return points > 1 && chosen.length < 2 && equality === 'equal' ? 'unknown' : equality
}

function closeness(x: Complex, y: Complex): Equality {
  const distance = x.im === 0 && y.im === 0 ? Math.abs(x.re - y.re) : Math.hypot(x.re - y.re, x.im - y.im)
  const scale = Math.max(size(x), size(y))
  const error = 8 * (x.error + y.error)
  if (distance > TOLERANCE * scale + error) return 'unequal'
  return error <= WORST_ERROR * Math.max(scale, WORST_ERROR) ? 'equal' : 'unknown'
}

/** Fewest decimals that count as a rounded value. */
const ROUNDED_PLACES = 6

/**
 * A decimal written to six places or more stands for what rounds to it, if it also agrees to four digits:
 * 0.333333 for 1/3, 3.1415927 for pi. Shorter decimals are exact.
 */
function roundsTogether(a: Leaf, b: Leaf): boolean {
  const [left, right] = [traitsOf(a), traitsOf(b)]
  if (!left.constant || !right.constant || Math.max(left.places, right.places) < ROUNDED_PLACES) return false
  const x = constantValue(a)
  const y = constantValue(b)
  if (x === null || y === null) return false
  const distance = Math.abs(x - y)
  return distance <= 0.5e-6 && distance <= 1e-4 * Math.max(Math.abs(x), Math.abs(y))
}

/** A constant's value as a double; null when it has none or is not real. */
export function constantValue(leaf: Leaf): number | null {
  const exact = exactOfLeaf(leaf)[0]!
  if (exact !== null) return toNumber(exact)
  const value = realOf(leaf)[0]!
  return isFiniteComplex(value) && Math.abs(value.im) <= 8 * value.error + 1e-15 * Math.abs(value.re) ? value.re : null
}
