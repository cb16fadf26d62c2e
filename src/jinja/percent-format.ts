// "..." % values, Python's printf-style formatting.
import { refuse, requireSize } from './budget.ts'
import { exponentText, fixedText, floatText } from './float-text.ts'
import { fail, isNumber, numeric } from './protocol.ts'
import { repr, str } from './text.ts'
import { Dict, Range, Tuple, textLength, typeName, Undefined, type Value } from './value.ts'

const directive = /%(?:\(([^)]*)\))?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?([\s\S]|$)/g

interface Directive {
  readonly flags: string
  readonly width: number
  readonly precision: number | null
  readonly kind: string
}

/** @throws TemplateError as Python raises, or for a directive that is not supported */
export function formatPercent(format: string, values: Value): string {
  const positional = values instanceof Tuple ? values.items : [values]
  const named = values instanceof Dict
  let used = 0
  let mapped = false
  const result = format.replace(directive, (whole, key: string | undefined, flags, width, precision, kind: string) => {
    if (kind === '') fail('incomplete format')
    if (kind === '%') return whole === '%%' ? '%' : refuse(`the format ${whole}`)
    if (width === '*' || precision === '*') refuse(`the format ${whole}`)
    let value: Value
    if (key !== undefined) {
      if (!named) fail('format requires a mapping')
      mapped = true
      const found = (values as Dict).get(key)
      value = found === undefined ? fail(`KeyError: ${repr(key)}`) : found
    } else {
      if (used >= positional.length) fail('not enough arguments for format string')
      value = positional[used++]!
    }
    const places = precision === undefined ? null : Number(precision)
    return formatOne(value, { flags, width: Number(width ?? 0), precision: places, kind }, whole)
  })
  // whatever has items counts as a mapping, and need not be used up
  const mapping = named || mapped || Array.isArray(values) || values instanceof Undefined || values instanceof Range
  if (used < positional.length && !mapping) fail('not all arguments converted during string formatting')
  requireSize(result.length)
  return result
}

function formatOne(value: Value, asked: Directive, whole: string): string {
  requireSize(asked.width)
  const { kind, precision } = asked
  if (kind === 's' || kind === 'r') {
    const text = kind === 's' ? str(value) : repr(value)
    return fill('', precision === null ? text : Array.from(text).slice(0, precision).join(''), {
      ...asked,
      flags: asked.flags.replace('0', ''),
    })
  }
  if (kind === 'c') return refuse(`the format ${whole}`)
  if ('diuxXo'.includes(kind)) return formatInt(value, asked, whole)
  if ('fFeE'.includes(kind)) return formatFloat(value, asked)
  if ('gGa'.includes(kind)) return refuse(`the format ${whole}`)
  return fail(`unsupported format character '${kind}'`)
}

function formatInt(value: Value, asked: Directive, whole: string): string {
  const { kind, precision } = asked
  if (!isNumber(value)) return fail(`%${kind} format: a number is required, not ${typeName(value)}`)
  const decimal = 'diu'.includes(kind)
  if (!decimal && typeof value === 'number') return fail(`%${kind} format: an integer is required, not float`)
  if (asked.flags.includes('#')) return refuse(`the format ${whole}`)
  const number = numeric(value)
  if (typeof number === 'number' && !Number.isFinite(number))
    return fail(`cannot convert float ${floatText(number)} to integer`)
  const int = BigInt(typeof number === 'number' ? Math.trunc(number) : number)
  const base = decimal ? 10 : kind === 'o' ? 8 : 16
  const digits = (int < 0n ? -int : int).toString(base).padStart(precision ?? 0, '0')
  return fill(sign(int < 0n, asked), kind === 'X' ? digits.toUpperCase() : digits, asked)
}

function formatFloat(value: Value, asked: Directive): string {
  if (!isNumber(value)) return fail(`must be real number, not ${typeName(value)}`)
  const number = Number(numeric(value))
  const places = asked.precision ?? 6
  if (places > 99) return refuse(`a format with ${places} digits after the point`)
  const negative = number < 0 || Object.is(number, -0)
  if (!Number.isFinite(number)) {
    const text = floatText(Math.abs(number))
    return fill(sign(negative, asked), /[FE]/.test(asked.kind) ? text.toUpperCase() : text, {
      ...asked,
      flags: asked.flags.replace('0', ''),
    })
  }
  const size = Math.abs(number)
  const text = /f/i.test(asked.kind) ? fixedText(size, places) : exponential(size, places)
  return fill(sign(negative, asked), asked.kind === 'E' ? text.toUpperCase() : text, asked)
}

function exponential(size: number, places: number): string {
  const [digits, exponent] = size.toExponential(places).split('e') as [string, string]
  const exact = size
    .toExponential(100)
    .split('e')[0]!
    .slice(2 + places)
  if (size !== 0 && /^50*$/.test(exact)) return refuse('a tie of %e')
  return `${digits}e${exponentText(Number(exponent))}`
}

const sign = (negative: boolean, { flags }: Directive): string =>
  negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''

function fill(before: string, text: string, { flags, width }: Directive): string {
  const gap = Math.max(0, width - textLength(before + text))
  if (flags.includes('-')) return before + text + ' '.repeat(gap)
  return flags.includes('0') ? before + '0'.repeat(gap) + text : ' '.repeat(gap) + before + text
}
