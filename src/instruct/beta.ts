import type { Random } from '../random.ts'

/**
 * A draw from Beta(a, b): G(a) / (G(a) + G(b)) of two gamma variables.
 * @param a at least 1
 * @param b at least 1
 * @returns in [0, 1]
 */
export function drawBeta(random: Random, a: number, b: number): number {
  const x = drawGamma(random, a)
  return x / (x + drawGamma(random, b))
}

/**
 * A draw from Gamma(shape, 1), by rejection from a cubed normal variable (Marsaglia, Tsang 2000, "A simple method for
 * generating gamma variables").
 */
function drawGamma(random: Random, shape: number): number {
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = drawNormal(random)
    const root = 1 + c * x
    const v = root * root * root
    if (v > 0 && Math.log(random.float()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v
  }
}

/** A draw from the standard normal distribution, by the polar method (Marsaglia, Bray 1964). */
function drawNormal(random: Random): number {
  for (;;) {
    const [u, v] = [2 * random.float() - 1, 2 * random.float() - 1]
    const s = u * u + v * v
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s)
  }
}
