import { type Node, nodeKey } from '../notation/node.ts'
import { toNumber } from '../rational.ts'
import { type Budget, spend } from './budget.ts'
import { type Complex, complex, minus, over, plus, power, realNumber, times } from './complex.ts'
import { isUnknownFunction, MAX_TERMS, unknownCoefficients } from './exact.ts'
import { ANGULAR, applyFunction } from './functions.ts'
import { hashName } from './points.ts'

/** Where a numeric value is sought. */
export interface NumericScope {
  readonly valueOf: (name: string) => number
  readonly budget: Budget
  readonly angular: boolean // inside sin, cos, ...: a degree is pi / 180
}

const NOWHERE: Complex = { re: Number.NaN, im: 0, error: 0, real: true }
const DEGREE = realNumber(Math.PI / 180)

/** The value of an expression at a point; NaN where it has none. @throws GIVEN_UP when the budget is spent. */
export function numericOf(node: Node, scope: NumericScope): Complex {
  spend(scope.budget, 1)
  switch (node.kind) {
    case 'number':
      return realNumber(toNumber(node.value))
    case 'symbol':
      return symbolValue(node.name, scope)
    case 'sum':
      return node.terms.reduce<Complex>((total, term) => plus(total, numericOf(term, scope)), complex(0, 0, 0, true))
    case 'product':
      return node.factors.reduce<Complex>((all, factor) => times(all, numericOf(factor, scope)), complex(1, 0, 0, true))
    case 'quotient':
      return over(numericOf(node.over, scope), numericOf(node.under, scope))
    case 'negative':
      return minus(numericOf(node.of, scope))
    case 'power':
      return numericPower(node.base, node.exponent, scope)
    case 'degrees':
      return scope.angular ? times(numericOf(node.of, scope), DEGREE) : numericOf(node.of, scope)
    case 'percent':
      return over(numericOf(node.of, scope), realNumber(100))
    case 'quantity':
    case 'conditioned':
      return numericOf(node.of, scope)
    case 'call':
      return numericCall(node.name, node.args, scope)
    case 'repeated':
      return numericRepeated(node, scope)
    case 'ratio':
      if (node.parts.length !== 2) return NOWHERE
      return over(numericOf(node.parts[0]!, scope), numericOf(node.parts[1]!, scope))
    case 'opaque':
      return realNumber(1 + hashName(nodeKey(node), 17) / 2 ** 30)
    default:
      return NOWHERE
  }
}

function symbolValue(name: string, scope: NumericScope): Complex {
  if (name === 'π') return realNumber(Math.PI)
  if (name === 'e') return realNumber(Math.E)
  const value = scope.valueOf(name)
  // i is the imaginary unit unless a sum has taken the name
  if (name === 'i' && Number.isNaN(value)) return complex(0, 1, 0, true)
  return realNumber(value)
}

// (-8)^{1/3} is -2: an odd root written as a fraction is the real one
function numericPower(base: Node, exponent: Node, scope: NumericScope): Complex {
  const below = numericOf(base, scope)
  const above = numericOf(exponent, scope)
  if (below.im === 0 && below.re < 0 && exponent.kind === 'quotient' && exponent.under.kind === 'number') {
    const { value } = exponent.under
    if (value.d === 1n && value.n % 2n === 1n && exponent.over.kind === 'number' && exponent.over.value.d === 1n) {
      const magnitude = power(minus(below), above)
      return exponent.over.value.n % 2n === 0n ? magnitude : minus(magnitude)
    }
  }
  return power(below, above)
}

function numericCall(name: string, args: readonly Node[], scope: NumericScope): Complex {
  const inner = ANGULAR.has(name) && !scope.angular ? { ...scope, angular: true } : scope
  const values = args.map((arg) => numericOf(arg, inner))
  const known = applyFunction(name, values)
  if (known !== null) return known
  return isUnknownFunction(name) ? unknownValue(name, values) : NOWHERE
}

// any smooth stand-in will do, as long as it is the same one everywhere
function unknownValue(name: string, values: readonly Complex[]): Complex {
  let total = realNumber(1 + (hashName(name, 3) % 97))
  for (const [k, value] of values.entries()) {
    let inner = complex(0, 0, 0, true)
    for (const coefficient of unknownCoefficients(name, k)) inner = plus(times(inner, value), realNumber(coefficient))
    total = plus(times(total, inner), value)
  }
  return total
}

function numericRepeated(node: Extract<Node, { kind: 'repeated' }>, scope: NumericScope): Complex {
  const from = numericOf(node.bounds.from, scope).re
  const to = numericOf(node.bounds.to, scope).re
  if (!Number.isInteger(from) || !Number.isInteger(to) || to - from > MAX_TERMS) return NOWHERE
  let value = realNumber(node.op === 'sum' ? 0 : 1)
  for (let k = from; k <= to; k += 1) {
    const inner = { ...scope, valueOf: (name: string) => (name === node.index ? k : scope.valueOf(name)) }
    const term = numericOf(node.bounds.body, inner)
    value = node.op === 'sum' ? plus(value, term) : times(value, term)
  }
  return value
}
