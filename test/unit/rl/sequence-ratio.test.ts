import { describe, expect, it } from 'vitest'
import { bySequenceRatio } from '../../../src/rl/sequence-ratio.ts'

describe('the ratio of a response', () => {
  const old = Float32Array.of(-1, -2, -0.5)
  const shifted = (by: number): Float32Array => old.map((logprob, t) => logprob + by + [0.2, -0.3, 0.1][t]!)
  const range = { clipLow: 0.2, clipHigh: 0.3 }
  const member = (advantage: number) => ({
    tokens: Int32Array.of(1, 2, 3, 4),
    promptLength: 1,
    advantages: new Float32Array(3).fill(advantage),
    oldLogprobs: old,
    referenceLogprobs: null,
    importance: null,
    mask: null,
  })
  /** -min(s A, clip(s) A). */
  const lossOf = (current: Float32Array, advantage: number): number => {
    const s = Math.exp(current.reduce((sum, logprob, t) => sum + logprob - old[t]!, 0) / 3)
    return -Math.min(s * advantage, Math.min(1.3, Math.max(0.8, s)) * advantage)
  }

  it.each([
    [0.1, 1.5],
    [0.1, -2],
    [0.6, 1],
    [0.6, -1],
    [-0.6, 1],
    [-0.6, -1],
  ])('gives the gradient of the clipped loss of responses: log-ratio about %d, advantage %d', (by, advantage) => {
    const current = shifted(by)
    const { sequences, clippedTokens, ratioMax } = bySequenceRatio([member(advantage)], [current], range)
    const [{ advantages, oldLogprobs }] = sequences as [(typeof sequences)[0]]
    expect(oldLogprobs).toBe(current)
    expect(ratioMax).toBeCloseTo(Math.exp(by), 5)
    for (const t of [0, 1, 2]) {
      const side = (step: number) => Float32Array.from(current, (logprob, u) => logprob + (u === t ? step : 0))
      const slope = (lossOf(side(0.01), advantage) - lossOf(side(-0.01), advantage)) / 0.02
      expect(-advantages[t]! / 3).toBeCloseTo(slope, 3)
    }
    expect(clippedTokens).toBe(advantages[0] === 0 ? 3 : 0)
  })
})
