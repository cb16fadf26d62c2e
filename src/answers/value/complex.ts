/** A complex double with a bound on its absolute rounding error. */
export interface Complex {
  readonly re: number
  readonly im: number
  readonly error: number
  readonly real: boolean // false once a real argument has left the real line: sqrt(-1), log(-2)
}

const EPSILON = 2.220446049250313e-16

export const complex = (re: number, im: number, error: number, real: boolean): Complex => ({ re, im, error, real })
export const realNumber = (re: number): Complex => ({ re, im: 0, error: Math.abs(re) * EPSILON, real: true })
export const size = (z: Complex): number => (z.im === 0 ? Math.abs(z.re) : Math.hypot(z.re, z.im))
export const isFiniteComplex = (z: Complex): boolean => Number.isFinite(z.re) && Number.isFinite(z.im)

export function plus(a: Complex, b: Complex): Complex {
  const re = a.re + b.re
  const im = a.im + b.im
  return { re, im, error: a.error + b.error + EPSILON * (Math.abs(re) + Math.abs(im)), real: a.real && b.real }
}

export const minus = (z: Complex): Complex => ({ re: -z.re, im: -z.im, error: z.error, real: z.real })

export function times(a: Complex, b: Complex): Complex {
  const re = a.re * b.re - a.im * b.im
  const im = a.im === 0 && b.im === 0 ? 0 : a.re * b.im + a.im * b.re
  const product = size(a) * size(b)
  const error = size(a) * b.error + size(b) * a.error + a.error * b.error + 4 * EPSILON * product
  return { re, im, error, real: a.real && b.real }
}

export function over(a: Complex, b: Complex): Complex {
  const under = size(b)
  if (under <= 2 * b.error) return { re: Number.NaN, im: 0, error: 0, real: a.real && b.real }
  const square = under * under
  const re = b.im === 0 ? a.re / b.re : (a.re * b.re + a.im * b.im) / square
  const im = b.im === 0 ? a.im / b.re : (a.im * b.re - a.re * b.im) / square
  const quotient = size(a) / under
  const error = (a.error + quotient * b.error) / under + 4 * EPSILON * quotient
  return { re, im, error, real: a.real && b.real }
}

/** The angle in (-pi, pi]; -0 counts as 0, or ln(-2) would depend on how -2 came about. */
export const argument = (z: Complex): number => Math.atan2(z.im === 0 ? 0 : z.im, z.re)

/** The principal logarithm. */
export function logarithm(z: Complex): Complex {
  const modulus = size(z)
  const error = z.error / modulus + 4 * EPSILON * (1 + Math.abs(Math.log(modulus)))
  const onLine = z.im === 0
  return { re: Math.log(modulus), im: argument(z), error, real: z.real && !(onLine && z.re <= 0) }
}

export function exponential(z: Complex): Complex {
  const modulus = Math.exp(z.re)
  const error = modulus * (z.error + 4 * EPSILON * (1 + size(z)))
  if (z.im === 0) return { re: modulus, im: 0, error, real: z.real }
  return { re: modulus * Math.cos(z.im), im: modulus * Math.sin(z.im), error, real: z.real }
}

/** a ** b on the principal branch; real bases and whole exponents stay real. */
export function power(a: Complex, b: Complex): Complex {
  const real = a.real && b.real
  if (b.im === 0 && Math.abs(b.re - Math.round(b.re)) <= b.error && Math.abs(b.re) < 2 ** 31) {
    return wholePower(a, Math.round(b.re), real)
  }
  if (a.re === 0 && a.im === 0) return complex(b.re > 0 ? 0 : Number.NaN, 0, a.error, real)
  if (a.im === 0 && b.im === 0 && a.re > 0) {
    const value = a.re ** b.re
    const relative = (Math.abs(b.re) * a.error) / a.re + Math.abs(Math.log(a.re)) * b.error
    return complex(value, 0, Math.abs(value) * (relative + 8 * EPSILON * (1 + Math.abs(b.re))), real)
  }
  const result = exponential(times(b, logarithm(a)))
  return { ...result, real: result.real && real }
}

function wholePower(a: Complex, n: number, real: boolean): Complex {
  const modulus = size(a)
  if (modulus === 0) return complex(n > 0 ? 0 : Number.NaN, 0, a.error, real)
  if (a.im === 0) {
    const value = a.re ** n
    return complex(value, 0, Math.abs(value) * (Math.abs(n) * (a.error / modulus + EPSILON) + 2 * EPSILON), real)
  }
  const angle = argument(a) * n
  const grown = modulus ** n
  const error = grown * (Math.abs(n) * (a.error / modulus + 2 * EPSILON) + 4 * EPSILON)
  return complex(grown * Math.cos(angle), grown * Math.sin(angle), error, real)
}

/** The k-th root: real for odd k and negative radicands, else principal. */
export function rootOf(z: Complex, k: Complex): Complex {
  const whole = k.im === 0 ? Math.round(k.re) : 0
  if (z.im === 0 && z.re < 0 && whole === k.re && whole % 2 !== 0) {
    return minus(power(minus(z), over(realNumber(1), k)))
  }
  if (z.im === 0 && z.re < 0 && k.re === 2) {
    const value = Math.sqrt(-z.re)
    return complex(0, value, z.error / value + EPSILON * value, false)
  }
  return power(z, over(realNumber(1), k))
}
