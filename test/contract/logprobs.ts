import { expect, it } from 'vitest'
import { joinTokens, packSequences } from '../../src/rollout/pack.ts'
import { actionTokens, type EngineUnderTest, maxGap, sequences } from './fixtures.ts'

export function describeLogprobs(under: () => EngineUnderTest, tolerance: number): void {
  it('scores a batch as it scores its rows', async () => {
    const { engine } = under()
    const together = await engine.logprobs(packSequences(sequences), 'policy', 1)
    expect(together.length).toBe(actionTokens)
    const apart: number[] = []
    for (const row of sequences) apart.push(...(await engine.logprobs(packSequences([row]), 'policy', 1)))
    expect(maxGap(together, Float32Array.from(apart))).toBeLessThan(tolerance)
  })

  it('gives log-probabilities that sum to 1 over the vocabulary, at any temperature', async () => {
    const { engine, vocabSize } = under()
    const rows = Array.from({ length: vocabSize }, (_, t) => joinTokens(Int32Array.of(3, 1), Int32Array.of(t)))
    for (const temperature of [0.5, 1, 2]) {
      const logprobs = await engine.logprobs(packSequences(rows), 'policy', temperature)
      expect(logprobs.reduce((sum, logprob) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 4)
    }
  })

  it('starts with a reference equal to the policy', async () => {
    const { engine } = under()
    const batch = packSequences(sequences)
    const [policy, reference] = [
      await engine.logprobs(batch, 'policy', 1),
      await engine.logprobs(batch, 'reference', 1),
    ]
    expect(maxGap(policy, reference)).toBeLessThan(1e-6)
  })
}
