// The operators, as Python has them.
import { refuse, requireSize } from './budget.ts'
import { floatText } from './float-text.ts'
import { formatPercent } from './percent-format.ts'
import { fail, isNumber, numeric } from './protocol.ts'
import { power, ratio } from './ratio.ts'
import { Tuple, typeName, Undefined, type Value } from './value.ts'

type Num = bigint | number

/** left OPERATOR right */
export function binary(operator: string, left: Value, right: Value): Value {
  if (left instanceof Undefined) left.fail()
  if (operator === '%' && typeof left === 'string') return formatPercent(left, right)
  if (right instanceof Undefined) right.fail()
  if (isNumber(left) && isNumber(right)) return numbers(operator, numeric(left), numeric(right))
  const other = operator === '+' ? joined(left, right) : operator === '*' ? repeated(left, right) : undefined
  return other ?? fail(`unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`)
}

function joined(left: Value, right: Value): Value | undefined {
  if (typeof left === 'string' && typeof right === 'string') {
    requireSize(left.length + right.length)
    return left + right
  }
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right]
  if (left instanceof Tuple && right instanceof Tuple) return new Tuple([...left.items, ...right.items])
  if (typeName(left) === 'Markup' || typeName(right) === 'Markup')
    return refuse('"+" with a text from "safe" or "escape"')
  return undefined
}

function repeated(left: Value, right: Value): Value | undefined {
  if (isNumber(left) && !isNumber(right)) return repeated(right, left)
  if (typeof right === 'boolean') return repeated(left, right ? 1n : 0n)
  if (typeof right !== 'bigint') return undefined
  const times = right > 0n ? right : 0n
  const made = (length: number): number => {
    if (length === 0) return 0
    requireSize(BigInt(length) * times)
    return Number(times)
  }
  if (typeof left === 'string') return left.repeat(made(left.length))
  if (Array.isArray(left)) return repeatItems(left, made(left.length))
  if (left instanceof Tuple) return new Tuple(repeatItems(left.items, made(left.items.length)))
  if (typeName(left) === 'Markup') return refuse('"*" with a text from "safe" or "escape"')
  return undefined
}

const repeatItems = (items: readonly Value[], times: number): Value[] =>
  Array.from({ length: times }, () => items).flat()

function numbers(operator: string, left: Num, right: Num): Value {
  if (operator === '/') return divided(left, right)
  if (typeof left === 'bigint' && typeof right === 'bigint') return ints(operator, left, right)
  return floats(operator, toFloat(left), toFloat(right))
}

/** A float, as Python converts an int. */
export function toFloat(value: Num): number {
  const float = Number(value)
  if (typeof value === 'bigint' && !Number.isFinite(float)) fail('int too large to convert to float')
  return float
}

function divided(left: Num, right: Num): number {
  if (Number(right) === 0)
    fail(typeof left === 'bigint' && typeof right === 'bigint' ? 'division by zero' : 'float division by zero')
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    return ratio(left, right) ?? refuse('a quotient of ints that is too large or too small for a float')
  }
  return toFloat(left) / toFloat(right)
}

function ints(operator: string, left: bigint, right: bigint): Value {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      requireDigits(bits(left) + bits(right))
      return left * right
    case '**':
      return intPower(left, right)
    default: {
      if (right === 0n) fail('integer division or modulo by zero')
      const remainder = left % right
      const floored = remainder !== 0n && remainder < 0n !== right < 0n
      if (operator === '%') return floored ? remainder + right : remainder
      return left / right - (floored ? 1n : 0n)
    }
  }
}

const bits = (value: bigint): number => value.toString(16).length * 4

const mostBits = 2 ** 16

function requireDigits(size: number): void {
  if (size > mostBits) refuse(`an int of more than ${mostBits} bits`)
}

function intPower(base: bigint, exponent: bigint): Value {
  if (exponent < 0n) {
    if (base === 0n) fail('0.0 cannot be raised to a negative power')
    return floatPower(toFloat(base), toFloat(exponent))
  }
  const small = base === 0n || base === 1n || base === -1n
  if (!small) requireDigits(Number(exponent) * bits(base))
  return small && exponent > 2n ? base ** (2n + (exponent % 2n)) : base ** exponent
}

function floats(operator: string, left: number, right: number): Value {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '**':
      return floatPower(left, right)
    default:
      if (right === 0) fail(operator === '%' ? 'float modulo' : 'float floor division by zero')
      return operator === '%' ? floatModulo(left, right) : floatFloor(left, right)
  }
}

function floatPower(base: number, exponent: number): number {
  if (base === 0 && exponent < 0) fail('0.0 cannot be raised to a negative power')
  if (base === 1 || exponent === 0) return 1
  if (exponent === 1 || (base === 0 && Number.isInteger(exponent))) return base ** exponent
  const simple = Number.isFinite(base) && Number.isInteger(exponent) && Math.abs(exponent) <= largestExponent
  if (!simple) return refuse(`"**" of floats with the exponent ${floatText(exponent)}`)
  return power(base, exponent) ?? refuse('a power that is too large or too small for a float')
}

const largestExponent = 64 // exact up to it, and no template needs more

/** CPython's float_rem: the sign of the divisor. */
function floatModulo(left: number, right: number): number {
  const remainder = left % right
  if (remainder === 0) return right < 0 ? -0 : 0
  return remainder < 0 !== right < 0 ? remainder + right : remainder
}

/** CPython's float_floor_div. */
function floatFloor(left: number, right: number): number {
  const quotient = (left - floatModulo(left, right)) / right
  if (quotient === 0) return left < 0 !== right < 0 && !Object.is(left / right, 0) ? -0 : 0
  const floor = Math.floor(quotient)
  return quotient - floor > 0.5 ? floor + 1 : floor
}

/** -value, +value */
export function signed(operator: '-' | '+', value: Value): Value {
  if (value instanceof Undefined) value.fail()
  if (!isNumber(value)) return fail(`bad operand type for unary ${operator}: '${typeName(value)}'`)
  const number = numeric(value)
  return operator === '-' ? -number : number
}
