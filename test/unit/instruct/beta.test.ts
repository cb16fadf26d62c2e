import { describe, expect, test } from 'vitest'
import { drawBeta } from '../../../src/instruct/beta.ts'
import { createRandom } from '../../../src/random.ts'

const n = 20_000

function sample(a: number, b: number): number[] {
  const random = createRandom(['beta', a, b])
  return Array.from({ length: n }, () => drawBeta(random, a, b)).sort((x, y) => x - y)
}

describe('draws from Beta(a, b)', () => {
  // I_x(a, b) = P(at least a successes in a + b - 1 trials of probability x)
  test.each([
    [1, 1, (x: number) => x],
    [3, 1, (x: number) => x ** 3],
    [1, 4, (x: number) => 1 - (1 - x) ** 4],
    [2, 3, (x: number) => 6 * x ** 2 * (1 - x) ** 2 + 4 * x ** 3 * (1 - x) + x ** 4],
  ] as const)('follow the distribution function of Beta(%i, %i)', (a, b, cdf) => {
    const largest = sample(a, b).reduce((most, x, i) => {
      const f = cdf(x)
      return Math.max(most, Math.abs(f - i / n), Math.abs(f - (i + 1) / n))
    }, 0)
    expect(largest).toBeLessThan(1.95 / Math.sqrt(n)) // Kolmogorov and Smirnov: exceeded once in 1000 samples
  })
  test('have mean a / (a + b) and variance ab / ((a + b)^2 (a + b + 1)) with many observations', () => {
    const draws = sample(30, 70)
    const mean = draws.reduce((sum, x) => sum + x, 0) / n
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n
    expect(mean).toBeCloseTo(0.3, 2)
    expect(variance / ((30 * 70) / (100 ** 2 * 101))).toBeCloseTo(1, 1)
  })
})
