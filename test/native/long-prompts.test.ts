import { describe, expect, it } from 'vitest'
import type { Completions, NativeEngine } from '../../src/native/types.ts'
import { packSequences, packTokens } from '../../src/rollout/pack.ts'
import { greedy, sampled } from '../contract/fixtures.ts'
import { completed, type GoldenName, goldenOptions, openGolden, someTokens } from './golden-engine.ts'

// A piece of a prompt has 512 tokens at most (prefill.cpp). The golden models' rotary tables go on past their
// configured positions.

async function openLong(
  name: GoldenName,
  maxPositionEmbeddings: number,
  portableKernels = false,
): Promise<NativeEngine> {
  const { model } = await goldenOptions(name)
  return openGolden(name, { model: { ...model, maxPositionEmbeddings }, portableKernels })
}

const prompts = [30, 1300, 700, 400, 512, 513].map((length, i) => someTokens(length, i))
const samples = 2
const seeds = Array.from({ length: prompts.length * samples }, (_, i) => 7 + i)
const sampling = sampled(samples, seeds, { maxNewTokens: 12 })

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))

describe.each(['llama3-untied', 'mistral-window', 'qwen2-sharded', 'qwen3'] as const)('%s', (name) => {
  it('prompts prefilled in pieces get the log-probs of whole sequences', async () => {
    const drawn: Completions[] = []
    for (const portable of [false, true]) {
      const engine = await openLong(name, 2048, portable)
      const out = await engine.generate(packTokens(prompts), sampling)
      const scored = await engine.logprobs(packSequences(completed(prompts, out)), 'policy', 1)
      expect(out.tokens.length).toBe(prompts.length * samples * 12)
      expect(largestDifference(scored, out.logprobs)).toBeLessThan(1e-5)
      drawn.push(out)
    }
    expect([...drawn[1]!.tokens]).toEqual([...drawn[0]!.tokens])
  })
})

describe('a long prompt', () => {
  it('does not stop the other rows between its pieces', async () => {
    const engine = await openLong('llama3-untied', 8_192)
    const seen: number[] = []
    const together = [someTokens(4), someTokens(6_144)] // 12 pieces
    await engine.generate(packTokens(together), greedy(2, { maxNewTokens: 60 }), (done) => seen.push(done))
    // the short row alone has a token more after each piece; reports are 50 ms apart
    expect(seen.filter((done) => done <= 12).length, seen.join(' ')).toBeGreaterThan(4)
    expect(seen.at(-1)).toBe(120)
  })

  it('can be cancelled between its pieces', async () => {
    const engine = await openLong('llama3-untied', 8_192)
    const began = performance.now()
    const whole = await engine.generate(packTokens([someTokens(6_144)]), greedy(1, { maxNewTokens: 1 }))
    const took = performance.now() - began
    expect(whole.tokens.length).toBe(1)
    const running = engine.generate(packTokens([someTokens(6_144)]), greedy(1, { maxNewTokens: 1 }))
    setTimeout(() => engine.cancel(), took / 10)
    const from = performance.now()
    const cut = await running
    expect(cut.tokens.length).toBe(0)
    expect([...cut.finishReasons]).toEqual([2])
    expect(performance.now() - from, `whole: ${took} ms`).toBeLessThan(0.7 * took)
  })
})
