// int, float and round, after jinja2/filters.py and Python's own.
import { intOf, textOf } from '../arguments.ts'
import { toFloat } from '../arithmetic.ts'
import { refuse, TemplateError } from '../budget.ts'
import { fixedText } from '../float-text.ts'
import { fail, isNumber, numeric } from '../protocol.ts'
import { stripLeft, stripRight } from '../space.ts'
import { typeName, Undefined, type Value } from '../value.ts'
import { type Filter, filter } from './context.ts'

const prefixes: Readonly<Record<number, RegExp>> = { 2: /^0[bB]_?/, 8: /^0[oO]_?/, 16: /^0[xX]_?/ }

/** int(text, base), undefined where it is none */
function parseInteger(text: string, base: number): bigint | undefined {
  const trimmed = stripLeft(stripRight(text))
  requireAscii(trimmed)
  const [, sign, body] = /^([-+]?)(.*)$/s.exec(trimmed)!
  const digits = prefixes[base] === undefined ? body! : body!.replace(prefixes[base], '')
  if (!/^[\da-z]+(?:_[\da-z]+)*$/i.test(digits)) return undefined
  let value = 0n
  for (const digit of digits.replaceAll('_', '')) {
    const place = Number.parseInt(digit, 36)
    if (place >= base) return undefined
    value = value * BigInt(base) + BigInt(place)
  }
  return sign === '-' ? -value : value
}

/** float(text), undefined where it is none */
function parseFloating(text: string): number | undefined {
  const trimmed = stripLeft(stripRight(text))
  requireAscii(trimmed)
  const special = /^([-+]?)(inf|infinity|nan)$/i.exec(trimmed)
  if (special !== null) {
    const value = /^nan$/i.test(special[2]!) ? Number.NaN : Number.POSITIVE_INFINITY
    return special[1] === '-' ? -value : value
  }
  const number = /^[-+]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[-+]?\d+(?:_\d+)*)?$/i
  return number.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : undefined
}

function requireAscii(text: string): void {
  if (/\p{Nd}/u.test(text.replace(/[0-9]/g, ''))) refuse('a number in other digits than 0 to 9')
}

const longestInteger = 4300 // digits that Python reads

const int: Filter = filter('int', ['default', 'base'], (value, { default: fallback = 0n, base }) => {
  if (typeof value === 'string') {
    if (value.length > longestInteger) return fallback
    const radix = intOf(base, 10)
    if (radix < 2 || radix > 36) return refuse(`"int" with base ${radix}`)
    const parsed = parseInteger(value, radix)
    if (parsed !== undefined) return parsed
    const float = parseFloating(value)
    return float === undefined || !Number.isFinite(float) ? fallback : BigInt(Math.trunc(float))
  }
  if (value instanceof Undefined) value.fail()
  if (!isNumber(value)) return typeName(value) === 'Markup' ? refuse('"int" of a text from "safe"') : fallback
  const number = numeric(value)
  if (typeof number === 'bigint') return number
  if (Number.isNaN(number)) return fallback
  if (!Number.isFinite(number)) return fail('cannot convert float infinity to integer')
  return BigInt(Math.trunc(number))
})

const float: Filter = filter('float', ['default'], (value, { default: fallback = 0 }) => {
  if (typeof value === 'string') return parseFloating(value) ?? fallback
  if (value instanceof Undefined) value.fail()
  if (!isNumber(value)) return typeName(value) === 'Markup' ? refuse('"float" of a text from "safe"') : fallback
  return toFloat(numeric(value))
})

const round: Filter = filter('round', ['precision', 'method'], (value, { precision, method }) => {
  const how = textOf(method, 'common')
  if (!['common', 'ceil', 'floor'].includes(how)) fail('method must be common, ceil or floor')
  if (!isNumber(value)) return fail(`type ${typeName(value)} has no round`)
  const number = numeric(value)
  const digits = intOf(precision, 0)
  return how === 'common' ? rounded(number, digits) : steppedTo(number, digits, how === 'ceil' ? Math.ceil : Math.floor)
})

/** round(value, digits): half to even. */
function rounded(number: bigint | number, digits: number): Value {
  if (typeof number === 'bigint') {
    if (digits >= 0) return number
    if (digits < -400) return 0n
    const unit = 10n ** BigInt(-digits)
    const size = number < 0n ? -number : number
    const twice = (size % unit) * 2n
    const up = twice > unit || (twice === unit && (size / unit) % 2n === 1n)
    const result = (size / unit + (up ? 1n : 0n)) * unit
    return number < 0n ? -result : result
  }
  if (!Number.isFinite(number)) return number
  if (digits < 0) return refuse('"round" of a float to tens or more')
  return digits > 99 ? number : Number(fixedText(number, digits))
}

/** func(value * 10**precision) / 10**precision, as jinja2 computes it. */
function steppedTo(number: bigint | number, digits: number, step: (value: number) => number): Value {
  if (digits < 0 || digits > 22) return refuse(`"round" to ${digits} digits with ceil or floor`)
  const unit = 10 ** digits
  const scaled = typeof number === 'bigint' ? Number(number * 10n ** BigInt(digits)) : number * unit
  if (!Number.isFinite(scaled)) throw new TemplateError('cannot convert float infinity to integer')
  if (!Number.isSafeInteger(step(scaled))) return refuse('"round" of a number above 2^53')
  return (step(scaled) + 0) / unit
}

export const numberFilters: Readonly<Record<string, Filter>> = { int, float, round }
