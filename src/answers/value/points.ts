import { type Rational, rational } from '../rational.ts'

// Where expressions are evaluated: every name has its own value at every point, the same in all expressions, so that
// an expression is evaluated once and compared with any other.

/** 32-bit FNV-1a of a name and a number, finished by a multiply-xorshift round. */
export function hashName(name: string, salt: number): number {
  let h = (0x811c9dc5 ^ salt) >>> 0
  for (let i = 0; i < name.length; i += 1) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193) >>> 0
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) >>> 0
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39) >>> 0
  return (h ^ (h >>> 15)) >>> 0
}

const unit = (name: string, salt: number): number => hashName(name, salt) / 2 ** 32

/** Exact points: two, with values of both signs. */
export const EXACT_POINTS = 2

export function exactValue(name: string, point: number): Rational {
  const n = BigInt(2 + (hashName(name, 11 + point) % 197))
  const d = BigInt(1 + (hashName(name, 23 + point) % 9))
  return rational(point === 1 && hashName(name, 5) % 2 === 0 ? -n : n, d)!
}

/** Real points: two all positive, one of mixed signs, one all negative. */
export const REAL_POINTS = 4

export function realValue(name: string, point: number): number {
  const size = 0.31 + 2.4 * unit(name, 101 + point)
  if (point < 2) return size
  if (point === 2) return hashName(name, 7) % 2 === 0 ? size : -size
  return -size
}

/** Points of whole numbers, for factorials, binomials, sums and powers of -1. */
export const WHOLE_POINTS = 4

export const wholeValue = (name: string, point: number): number => 2 + (hashName(name, 211 + point) % 11) + point
