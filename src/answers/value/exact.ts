import type { Node } from '../notation/node.ts'
import {
  add,
  bitLength,
  compare,
  divide,
  exactRoot,
  gcd,
  integer,
  integerPower,
  isInteger,
  magnitude,
  multiply,
  negated,
  ONE,
  type Rational,
  rational,
  ZERO,
} from '../rational.ts'
import { type Budget, spend } from './budget.ts'
import { hashName } from './points.ts'

/** Where an exact value is sought: values of symbols, and the work left. */
export interface ExactScope {
  readonly valueOf: (name: string) => Rational | null
  readonly budget: Budget
}

/** Names that are numbers, not unknowns, and have no exact rational value. */
export const CONSTANTS = new Set(['π', 'e', 'i'])

/** Longest sum or product that is evaluated term by term. */
export const MAX_TERMS = 2000

type Exact = Rational | null

/**
 * The exact value of an expression at a point, or null: irrational, undefined, or too big.
 * @throws GIVEN_UP when the budget is spent.
 */
export function exactOf(node: Node, scope: ExactScope): Exact {
  spend(scope.budget, 1)
  switch (node.kind) {
    case 'number':
      return node.value
    case 'symbol':
      return scope.valueOf(node.name)
    case 'sum':
      return fold(node.terms, ZERO, add, scope)
    case 'product':
      return fold(node.factors, ONE, multiply, scope)
    case 'quotient':
      return pair(node.over, node.under, divide, scope)
    case 'negative': {
      const of = exactOf(node.of, scope)
      return of === null ? null : negated(of)
    }
    case 'power':
      return pair(node.base, node.exponent, exactPower, scope)
    case 'degrees':
    case 'quantity':
    case 'conditioned':
      return exactOf(node.of, scope)
    case 'percent': {
      const of = exactOf(node.of, scope)
      return of === null ? null : divide(of, integer(100))
    }
    case 'call':
      return exactCall(node.name, node.args, scope)
    case 'repeated':
      return exactRepeated(node, scope)
    case 'ratio':
      return node.parts.length === 2 ? pair(node.parts[0]!, node.parts[1]!, divide, scope) : null
    default:
      return null
  }
}

function fold(
  nodes: readonly Node[],
  start: Rational,
  op: (a: Rational, b: Rational) => Exact,
  scope: ExactScope,
): Exact {
  let value: Rational = start
  for (const node of nodes) {
    const next = exactOf(node, scope)
    if (next === null) return null
    const result = charged(op(value, next), scope)
    if (result === null) return null
    value = result
  }
  return value
}

function pair(a: Node, b: Node, op: (a: Rational, b: Rational) => Exact, scope: ExactScope): Exact {
  const left = exactOf(a, scope)
  if (left === null) return null
  const right = exactOf(b, scope)
  return right === null ? null : charged(op(left, right), scope)
}

// reducing k 64-bit words to lowest terms takes about k * k steps
function charged(value: Exact, scope: ExactScope): Exact {
  if (value !== null) spend(scope.budget, costOf(value))
  return value
}

function costOf(value: Rational): number {
  const words = Math.max(bitLength(value.n), bitLength(value.d)) / 64
  return words > 2 ? (words * words) / 20 : 0
}

function exactPower(base: Rational, exponent: Rational): Exact {
  if (isInteger(exponent)) return integerPower(base, exponent.n)
  if (exponent.d > 64n) return null
  const root = exactRoot(base, Number(exponent.d))
  return root === null ? null : integerPower(root, exponent.n)
}

function exactCall(name: string, args: readonly Node[], scope: ExactScope): Exact {
  const values: Rational[] = []
  for (const arg of args) {
    const value = exactOf(arg, scope)
    if (value === null) return null
    values.push(value)
  }
  const [a, b] = values
  if (a === undefined) return null
  switch (name) {
    case 'root':
      return b !== undefined && isInteger(b) && b.n > 0n && b.n <= 64n ? exactRoot(a, Number(b.n)) : null
    case 'abs':
      return a.n < 0n ? negated(a) : a
    case 'floor':
      return rational(floorOf(a))
    case 'ceil':
      return rational(-floorOf(negated(a)))
    case 'sgn':
      return integer(a.n > 0n ? 1 : a.n < 0n ? -1 : 0)
    case 'factorial':
      return factorial(a, scope.budget)
    case 'binomial':
      return b === undefined ? null : binomial(a, b, scope.budget)
    case 'max':
      return values.reduce((x, y) => (compare(x, y) >= 0 ? x : y))
    case 'min':
      return values.reduce((x, y) => (compare(x, y) <= 0 ? x : y))
    case 'mod':
      return b !== undefined && isInteger(a) && isInteger(b) && b.n > 0n ? rational(((a.n % b.n) + b.n) % b.n) : null
    case 'gcd':
    case 'lcm':
      return divisor(name, values)
    default:
      return isUnknownFunction(name) ? exactUnknown(name, values) : null
  }
}

const floorOf = (x: Rational): bigint => (x.n >= 0n || x.n % x.d === 0n ? x.n / x.d : x.n / x.d - 1n)

function divisor(name: 'gcd' | 'lcm', values: readonly Rational[]): Exact {
  if (!values.every((value) => isInteger(value) && value.n !== 0n)) return null
  let result = magnitude(values[0]!.n)
  for (const { n } of values) result = name === 'gcd' ? gcd(result, n) : magnitude(result * n) / gcd(result, n)
  return rational(result)
}

function factorial(x: Rational, budget: Budget): Exact {
  if (!isInteger(x) || x.n < 0n || x.n > 3000n) return null
  spend(budget, Number(x.n) * 2)
  let product = 1n
  for (let k = 2n; k <= x.n; k += 1n) product *= k
  const value = rational(product)
  if (value !== null) spend(budget, costOf(value))
  return value
}

function binomial(n: Rational, k: Rational, budget: Budget): Exact {
  if (!isInteger(n) || !isInteger(k) || n.n < 0n || n.n > 5000n) return null
  if (k.n < 0n || k.n > n.n) return ZERO
  const steps = k.n < n.n - k.n ? k.n : n.n - k.n
  spend(budget, Number(steps) * 10)
  let value = 1n
  for (let j = 1n; j <= steps; j += 1n) value = (value * (n.n - steps + j)) / j
  return rational(value)
}

function exactRepeated(node: Extract<Node, { kind: 'repeated' }>, scope: ExactScope): Exact {
  const from = exactOf(node.bounds.from, scope)
  const to = exactOf(node.bounds.to, scope)
  if (from === null || to === null || !isInteger(from) || !isInteger(to)) return null
  if (to.n - from.n > BigInt(MAX_TERMS)) return null
  let value: Rational = node.op === 'sum' ? ZERO : ONE
  for (let k = from.n; k <= to.n; k += 1n) {
    const index: Rational = { n: k, d: 1n }
    const inner = { ...scope, valueOf: (name: string) => (name === node.index ? index : scope.valueOf(name)) }
    const term = exactOf(node.bounds.body, inner)
    const next = term === null ? null : charged(node.op === 'sum' ? add(value, term) : multiply(value, term), scope)
    if (next === null) return null
    value = next
  }
  return value
}

/** Functions known only by name: f(x), F_{n-k}. */
export const isUnknownFunction = (name: string): boolean =>
  name.endsWith('()') || name.endsWith('_') || name.startsWith('sub:')

/** The coefficients of the cubic that stands in for an unknown function's dependence on its k-th argument. */
export const unknownCoefficients = (name: string, k: number): readonly [number, number, number] => [
  1 + (hashName(name, 31 + k) % 89),
  1 + (hashName(name, 53 + k) % 83),
  1 + (hashName(name, 71 + k) % 79),
]

function exactUnknown(name: string, values: readonly Rational[]): Exact {
  let total: Exact = integer(1 + (hashName(name, 3) % 97))
  for (const [k, value] of values.entries()) {
    // Horner's rule
    let inner: Exact = ZERO
    for (const coefficient of unknownCoefficients(name, k)) {
      inner = inner === null ? null : multiply(inner, value)
      inner = inner === null ? null : add(inner, integer(coefficient))
    }
    const scaled: Exact = inner === null || total === null ? null : multiply(total, inner)
    total = scaled === null ? null : add(scaled, value)
  }
  return total
}
