/** Python's repr of a float: the shortest digits that read back, with an exponent from 1e16 and below 1e-4. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [digits, power] = value.toExponential().split('e') as [string, string]
  const exponent = Number(power)
  if (exponent < -4 || exponent >= 16) return `${digits}e${exponentText(exponent)}`
  const plain = exponent >= 0 ? String(value) : withoutExponent(digits, exponent)
  return plain.includes('.') ? plain : `${plain}.0`
}

/** "-05", "+16": a sign and at least two digits. */
export const exponentText = (exponent: number): string =>
  `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`

const withoutExponent = (digits: string, exponent: number): string =>
  `${digits.startsWith('-') ? '-' : ''}0.${'0'.repeat(-exponent - 1)}${digits.replace(/[-.]/g, '')}`

/**
 * Decimal digits of a finite number, rounded half to even on its exact value, as Python does; toFixed rounds ties up.
 * @param digits after the point, 0 to 99
 */
export function fixedText(value: number, digits: number): string {
  if (Math.abs(value) >= 1e21) return BigInt(value).toString() + (digits > 0 ? `.${'0'.repeat(digits)}` : '')
  const magnitude = Math.abs(value)
  const rounded = magnitude.toFixed(digits)
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const exact = magnitude.toFixed(100)
  const rest = exact.slice(exact.indexOf('.') + 1 + digits)
  if (!/^50*$/.test(rest)) return sign + rounded
  const down = exact.slice(0, exact.indexOf('.') + (digits === 0 ? 0 : 1 + digits))
  const even = Number(down.at(-1)) % 2 === 0
  return sign + (even ? down : rounded)
}
