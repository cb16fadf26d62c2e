import {
  argument,
  type Complex,
  complex,
  exponential,
  logarithm,
  minus,
  over,
  plus,
  realNumber,
  rootOf,
  size,
  times,
} from './complex.ts'

const EPSILON = 2.220446049250313e-16
const ONE = realNumber(1)
const TWO = realNumber(2)
const I: Complex = { re: 0, im: 1, error: 0, real: true }

function sine(z: Complex): Complex {
  if (z.im === 0) return complex(Math.sin(z.re), 0, z.error + EPSILON * (1 + Math.abs(z.re)), z.real)
  const re = Math.sin(z.re) * Math.cosh(z.im)
  const im = Math.cos(z.re) * Math.sinh(z.im)
  return complex(re, im, (z.error + EPSILON * (1 + size(z))) * Math.cosh(z.im), z.real)
}

function cosine(z: Complex): Complex {
  if (z.im === 0) return complex(Math.cos(z.re), 0, z.error + EPSILON * (1 + Math.abs(z.re)), z.real)
  const re = Math.cos(z.re) * Math.cosh(z.im)
  const im = -Math.sin(z.re) * Math.sinh(z.im)
  return complex(re, im, (z.error + EPSILON * (1 + size(z))) * Math.cosh(z.im), z.real)
}

const square = (z: Complex): Complex => times(z, z)
const half = (z: Complex): Complex => times(z, realNumber(0.5))
const hyperbolicSine = (z: Complex): Complex => half(plus(exponential(z), minus(exponential(minus(z)))))
const hyperbolicCosine = (z: Complex): Complex => half(plus(exponential(z), exponential(minus(z))))

// inverse functions on the real line, by logarithms off it
function arcsine(z: Complex): Complex {
  if (z.im === 0 && Math.abs(z.re) <= 1) {
    const slope = Math.sqrt(Math.max(1 - z.re * z.re, z.error))
    return complex(Math.asin(z.re), 0, (slope === 0 ? 0 : z.error / slope) + 2 * EPSILON, z.real)
  }
  const root = rootOf(plus(ONE, minus(square(z))), TWO)
  const result = times(minus(I), logarithm(plus(times(I, z), root)))
  return { ...result, real: z.im !== 0 && z.real }
}

function arctangent(z: Complex): Complex {
  if (z.im === 0) return complex(Math.atan(z.re), 0, z.error + 2 * EPSILON, z.real)
  const up = logarithm(plus(ONE, minus(times(I, z))))
  const down = logarithm(plus(ONE, times(I, z)))
  return times(times(I, realNumber(0.5)), plus(up, minus(down)))
}

const QUARTER = realNumber(Math.PI / 2)

const UNARY: Readonly<Record<string, (z: Complex) => Complex>> = {
  sin: sine,
  cos: cosine,
  tan: (z) => over(sine(z), cosine(z)),
  cot: (z) => over(cosine(z), sine(z)),
  sec: (z) => over(ONE, cosine(z)),
  csc: (z) => over(ONE, sine(z)),
  sinh: hyperbolicSine,
  cosh: hyperbolicCosine,
  tanh: (z) => over(hyperbolicSine(z), hyperbolicCosine(z)),
  coth: (z) => over(hyperbolicCosine(z), hyperbolicSine(z)),
  sech: (z) => over(ONE, hyperbolicCosine(z)),
  csch: (z) => over(ONE, hyperbolicSine(z)),
  arcsin: arcsine,
  arccos: (z) => plus(QUARTER, minus(arcsine(z))),
  arctan: arctangent,
  arccot: (z) => plus(QUARTER, minus(arctangent(z))),
  arcsec: (z) => plus(QUARTER, minus(arcsine(over(ONE, z)))),
  arccsc: (z) => arcsine(over(ONE, z)),
  arcsinh: (z) => logarithm(plus(z, rootOf(plus(square(z), ONE), TWO))),
  arccosh: (z) => logarithm(plus(z, rootOf(plus(square(z), minus(ONE)), TWO))),
  arctanh: (z) => half(logarithm(over(plus(ONE, z), plus(ONE, minus(z))))),
  exp: exponential,
  ln: logarithm,
  abs: (z) => complex(size(z), 0, z.error + EPSILON * size(z), z.real),
  norm: (z) => complex(size(z), 0, z.error + EPSILON * size(z), z.real),
  sgn: (z) => (z.im === 0 ? realNumber(size(z) <= z.error ? 0 : Math.sign(z.re)) : over(z, realNumber(size(z)))),
  Re: (z) => complex(z.re, 0, z.error, z.real),
  Im: (z) => complex(z.im, 0, z.error, z.real),
  arg: (z) => complex(argument(z), 0, z.error / size(z) + EPSILON, z.real),
  cis: (z) => plus(cosine(z), times(I, sine(z))),
  floor: (z) => complex(Math.floor(z.re + 8 * z.error), 0, 0, z.real && z.im === 0),
  ceil: (z) => complex(Math.ceil(z.re - 8 * z.error), 0, 0, z.real && z.im === 0),
  factorial: (z) => gamma(z),
  conjugate: (z) => complex(z.re, -z.im, z.error, z.real),
}

/** Functions of angles: a degree in their argument is pi / 180. */
export const ANGULAR = new Set(['sin', 'cos', 'tan', 'cot', 'sec', 'csc', 'cis'])

/** The value of a known function; null when the name is not known. `\log` without a base is to base 10. */
export function applyFunction(name: string, args: readonly Complex[]): Complex | null {
  const [a, b] = args
  if (a === undefined) return null
  if (name === 'root') return b === undefined ? null : rootOf(a, b)
  if (name === 'log') return over(logarithm(a), logarithm(b ?? realNumber(10)))
  if (name === 'lb') return over(logarithm(a), logarithm(TWO))
  if (name === 'binomial') return b === undefined ? null : binomial(a, b)
  if (name === 'max' || name === 'min') return extreme(name, args)
  if (args.length !== 1) return null
  return Object.hasOwn(UNARY, name) ? UNARY[name]!(a) : null
}

function extreme(name: 'max' | 'min', args: readonly Complex[]): Complex {
  return args.reduce((x, y) => ((name === 'max' ? x.re >= y.re : x.re <= y.re) ? x : y))
}

// x! for whole x within range of doubles
function gamma(z: Complex): Complex {
  const n = Math.round(z.re)
  if (z.im !== 0 || n < 0 || n > 170 || Math.abs(z.re - n) > 1e-9) return complex(Number.NaN, 0, 0, z.real)
  let value = 1
  for (let k = 2; k <= n; k += 1) value *= k
  return complex(value, 0, value * EPSILON * n, z.real)
}

function binomial(n: Complex, k: Complex): Complex {
  const steps = Math.round(k.re)
  if (k.im !== 0 || Math.abs(k.re - steps) > 1e-9 || steps > 1000) return complex(Number.NaN, 0, 0, n.real)
  if (steps < 0) return realNumber(0)
  let value = ONE
  for (let j = 1; j <= steps; j += 1) value = times(value, over(plus(n, realNumber(j - steps)), realNumber(j)))
  return value
}
