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

  it('gives the same log-probabilities with the entropies of the next token', async () => {
    const { engine, vocabSize } = under()
    for (const temperature of [0.5, 1]) {
      const batch = packSequences(sequences)
      const { logprobs, entropies } = await engine.scores(batch, 'policy', temperature)
      expect(logprobs).toEqual(await engine.logprobs(batch, 'policy', temperature))
      expect(entropies.length).toBe(actionTokens)
      // the first action of the first sequence follows [1, 2]
      const rows = Array.from({ length: vocabSize }, (_, t) => joinTokens(Int32Array.of(1, 2), Int32Array.of(t)))
      const all = await engine.logprobs(packSequences(rows), 'policy', temperature)
      const entropy = -all.reduce((sum, logprob) => sum + Math.exp(logprob) * logprob, 0)
      expect(Math.abs(entropies[0]! - entropy)).toBeLessThan(10 * tolerance)
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
