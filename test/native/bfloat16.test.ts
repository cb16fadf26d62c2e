import { describe, expect, it } from 'vitest'
import { packSequences, packTokens } from '../../src/rollout/pack.ts'
import { sampled } from '../contract/fixtures.ts'
import { completed, type GoldenName, openGolden, someTokens } from './golden-engine.ts'

const prompts = [3, 70, 33, 5].map((length) => someTokens(length, length))
const models: GoldenName[] = ['llama-tied', 'llama3-untied', 'mistral-window', 'qwen2-sharded', 'qwen3']
const implementations = [
  ['CPU kernels', false],
  ['tensor operations', true],
] as const

describe.each(models)('bfloat16, %s', (name) => {
  // Decoding and scoring round at different places. These models' likely logits lie between 1 and 4, where bfloat16's
  // 8 bits step by 1/128 to 1/64: half a step on either side, and as much again from the hidden states behind them.
  it.each(implementations)(
    'generate reports the log-probs that logprobs() gives, by %s',
    async (_, portableKernels) => {
      const engine = await openGolden(name, { dtype: 'bfloat16', portableKernels })
      const seeds = Array.from({ length: 16 }, (_, i) => i + 1)
      const out = await engine.generate(packTokens(prompts), sampled(4, seeds, { maxNewTokens: 40 }))
      expect(out.tokens.length).toBe(16 * 40)
      const scored = await engine.logprobs(packSequences(completed(prompts, out)), 'policy', 1)
      const gaps = Array.from(scored, (logprob, t) => Math.abs(logprob - out.logprobs[t]!))
      const late = gaps.filter((_, t) => t % 40 >= 30) // an error in the cache would grow along a row
      expect(Math.max(...gaps)).toBeLessThan(4 / 64)
      expect(mean(gaps)).toBeLessThan(1 / 128)
      expect(mean(late)).toBeLessThan(1 / 128)
    },
  )
})

describe('bfloat16 gradients', () => {
  it('of an embedding are whole when one token fills the batch', async () => {
    // 5,000 tokens, 4,950 of them the same: a sum in bfloat16 stops growing after some 256 like terms
    const rows = Array.from({ length: 10 }, (_, row) => ({
      tokens: Int32Array.from({ length: 500 }, (_, t) => (t % 100 === 99 ? 20 + row : 7)),
      promptLength: 1,
    }))
    const norms = async (dtype: 'float32' | 'bfloat16', portableKernels: boolean) => {
      // this checkpoint's weights are bfloat16 themselves: both engines hold the same numbers
      const engine = await openGolden('mistral-window', { dtype, portableKernels })
      await engine.accumulate(packSequences(rows), { kind: 'nll', normalizer: 4990 })
      const all = await engine.gradientNorms()
      return all[engine.info.tensorNames.indexOf('model.embed_tokens.weight')]!
    }
    const exact = await norms('float32', false)
    expect(exact).toBeGreaterThan(0)
    expect(Math.abs((await norms('bfloat16', false)) / exact - 1)).toBeLessThan(0.03)
    expect(Math.abs((await norms('bfloat16', true)) / exact - 1)).toBeLessThan(0.03)
  })
})

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
