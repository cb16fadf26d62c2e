// Exact rationals. Sizes are bounded: an operation whose result would exceed the bound gives null.

/** A fraction in lowest terms, d > 0. */
export interface Rational {
  readonly n: bigint
  readonly d: bigint
}

/** Largest numerator or denominator, in bits: 2004! (about 19,000 bits) fits, a tower of powers does not. */
export const MAX_BITS = 32_768
const LIMIT = 1n << BigInt(MAX_BITS)
const MINUS_LIMIT = -LIMIT

export const ZERO: Rational = { n: 0n, d: 1n }
export const ONE: Rational = { n: 1n, d: 1n }

export const magnitude = (x: bigint): bigint => (x < 0n ? -x : x)

/** Number of bits of |x|, to the next multiple of four. */
export function bitLength(x: bigint): number {
  const small = Number(x)
  if (small > -1e15 && small < 1e15) return small === 0 ? 1 : Math.floor(Math.log2(Math.abs(small))) + 1
  return magnitude(x).toString(16).length * 4
}

export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [magnitude(a), magnitude(b)]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

/** n/d in lowest terms; null when d is 0 or a part exceeds the size bound. */
export function rational(n: bigint, d = 1n): Rational | null {
  if (d === 0n) return null
  if (d === 1n) return tooBig(n) ? null : { n, d }
  if (tooBig(n) || tooBig(d)) return null
  const g = gcd(n, d) * (d < 0n ? -1n : 1n)
  return { n: n / g, d: d / g }
}

const tooBig = (x: bigint): boolean => x > LIMIT || x < MINUS_LIMIT

export const integer = (x: number): Rational => ({ n: BigInt(x), d: 1n })
export const isInteger = (x: Rational): boolean => x.d === 1n
export const same = (a: Rational, b: Rational): boolean => a.n === b.n && a.d === b.d
export const negated = (x: Rational): Rational => ({ n: -x.n, d: x.d })
export const add = (a: Rational, b: Rational): Rational | null =>
  a.d === 1n && b.d === 1n ? rational(a.n + b.n) : rational(a.n * b.d + b.n * a.d, a.d * b.d)
export const multiply = (a: Rational, b: Rational): Rational | null => rational(a.n * b.n, a.d * b.d)
export const divide = (a: Rational, b: Rational): Rational | null => rational(a.n * b.d, a.d * b.n)
export const compare = (a: Rational, b: Rational): number => {
  const left = a.n * b.d
  const right = b.n * a.d
  return left < right ? -1 : left > right ? 1 : 0
}

/** a ** exponent for an integer exponent; null when undefined or too big. */
export function integerPower(a: Rational, exponent: bigint): Rational | null {
  if (exponent === 0n) return a.n === 0n ? null : ONE
  if (a.d === 1n && (a.n === 1n || a.n === 0n)) return a.n === 0n && exponent < 0n ? null : a
  if (a.d === 1n && a.n === -1n) return exponent % 2n === 0n ? ONE : a
  const size = magnitude(exponent)
  const bits = Math.max(bitLength(a.n), bitLength(a.d))
  if (size > BigInt(MAX_BITS) || bits * Number(size) > MAX_BITS + bits) return null
  const [n, d] = [a.n ** size, a.d ** size]
  return exponent > 0n ? rational(n, d) : rational(d, n)
}

/** The exact k-th root of x, when it is rational; odd roots of negative numbers are real. */
export function exactRoot(x: Rational, k: number): Rational | null {
  if (x.n < 0n) {
    if (k % 2 === 0) return null
    const positive = exactRoot(negated(x), k)
    return positive === null ? null : negated(positive)
  }
  const n = integerRoot(x.n, k)
  if (n === null) return null
  const d = integerRoot(x.d, k)
  return d === null ? null : { n, d }
}

function integerRoot(x: bigint, k: number): bigint | null {
  if (x < 2n) return x
  if (k < 2 || k > 64) return k === 1 ? x : null
  const power = BigInt(k)
  let guess = 1n << BigInt(Math.ceil(bitLength(x) / k) + 1)
  for (;;) {
    // Newton from above: decreases until it reaches the floor of the root
    const next = ((power - 1n) * guess + x / guess ** (power - 1n)) / power
    if (next >= guess) return guess ** power === x ? guess : null
    guess = next
  }
}

/** Nearest double, even if numerator and denominator exceed the range of doubles. */
export function toNumber(x: Rational): number {
  const [n, d] = [Number(x.n), Number(x.d)]
  if (Number.isFinite(n) && Number.isFinite(d)) return n / d
  const shift = BigInt(Math.max(bitLength(x.n), bitLength(x.d)) - 1000)
  return Number(x.n >> shift) / Number(x.d >> shift)
}

/** The value of a decimal literal such as "12", "0.5" or ".25"; null when too long. */
export function fromDecimal(text: string): Rational | null {
  const point = text.indexOf('.')
  if (text.length > 5000) return null
  if (point < 0) return rational(BigInt(text))
  const places = text.length - point - 1
  return rational(BigInt(text.slice(0, point) + text.slice(point + 1) || '0'), 10n ** BigInt(places))
}
