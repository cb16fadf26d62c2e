import { describe, expect, it } from 'vitest'
import { tokenKl } from '../../../src/rl/kl.ts'

const policy = Float32Array.of(-1, -2, -0.5)
const reference = Float32Array.of(-1.5, -1, -0.5)

describe('tokenKl', () => {
  it.each([
    ['k1', [0.5, -1, 0]],
    ['k2', [0.125, 0.5, 0]],
    ['k3', [Math.exp(-0.5) - 0.5, Math.E - 2, 0]],
  ] as const)('%s', (estimator, expected) => {
    const kl = tokenKl(policy, reference, estimator)
    for (const [t, value] of expected.entries()) expect(kl[t]).toBeCloseTo(value, 6)
  })

  it('estimates KL(p || q) without bias (k1, k3)', () => {
    const p = [0.5, 0.3, 0.2]
    const q = [0.2, 0.2, 0.6]
    const exact = p.reduce((sum, pi, i) => sum + pi * Math.log(pi / q[i]!), 0)
    const [logp, logq] = [p, q].map((row) => Float32Array.from(row, Math.log)) as [Float32Array, Float32Array]
    for (const estimator of ['k1', 'k3'] as const) {
      const mean = tokenKl(logp, logq, estimator).reduce((sum, value, i) => sum + p[i]! * value, 0)
      expect(mean).toBeCloseTo(exact, 6)
    }
  })

  it('refuses rows of different lengths', () => {
    expect(() => tokenKl(policy, Float32Array.of(0), 'k1')).toThrow(RangeError)
  })
})
