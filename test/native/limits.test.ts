import { describe, expect, it } from 'vitest'
import { packSequences, packTokens } from '../../src/rollout/pack.ts'
import { greedy, sampled } from '../contract/fixtures.ts'
import { goldenOptions, openGolden, someTokens } from './golden-engine.ts'

// llama3-untied: 3 layers, 2 key-value heads of 8: a block of 32 tokens takes 3 * 2 * 2 * 8 * 32 * 4 = 12,288 bytes
const blockBytes = 12_288

describe('the KV cache budget', () => {
  it('that does not hold one row is refused, with sizes in MiB', async () => {
    const prompts = packTokens([someTokens(4), someTokens(350)])
    const sampling = greedy(2, { maxNewTokens: 100 }) // 11 + 4 blocks for the longer row
    const small = await openGolden('llama3-untied', { kvCacheBytes: 15 * blockBytes - 1 })
    await expect(small.generate(prompts, sampling)).rejects.toMatchObject({
      code: 'OUT_OF_MEMORY',
      message: expect.stringMatching(/budget of 0 MiB.*need 1 MiB/),
    })
    // the engine still works
    expect((await small.generate(packTokens([someTokens(4)]), greedy(1))).tokens.length).toBe(8)
    const enough = await openGolden('llama3-untied', { kvCacheBytes: 15 * blockBytes })
    expect((await enough.generate(prompts, sampling)).tokens.length).toBe(200)
  })

  it('for one row at a time gives the same results as a large one', async () => {
    const prompts = packTokens([someTokens(350), someTokens(4), someTokens(90, 1), someTokens(4)])
    const sampling = sampled(3, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], { maxNewTokens: 40 })
    const tight = await openGolden('llama3-untied', { kvCacheBytes: 13 * blockBytes })
    const roomy = await openGolden('llama3-untied')
    const [a, b] = [await tight.generate(prompts, sampling), await roomy.generate(prompts, sampling)]
    expect(a.tokens).toEqual(b.tokens)
    expect(tight.memory().kvCacheBytes).toBe(0) // given back
  })
})

describe("the model's positions", () => {
  it('bound a prompt and its new tokens exactly', async () => {
    const engine = await openGolden('llama3-untied')
    const { maxPositionEmbeddings } = (await goldenOptions('llama3-untied')).model
    expect(maxPositionEmbeddings).toBe(512)
    const prompts = packTokens([someTokens(2), someTokens(500)])
    await expect(engine.generate(prompts, greedy(2, { maxNewTokens: 13 }))).rejects.toMatchObject({
      code: 'ARGUMENT',
      message: expect.stringMatching(/prompt 1 has 500 tokens.*512 positions/),
    })
    const out = await engine.generate(prompts, greedy(2, { maxNewTokens: 12 }))
    expect(out.tokens.length).toBe(24)
  })

  it('bound a sequence that is scored', async () => {
    const engine = await openGolden('llama3-untied')
    const batch = packSequences([{ tokens: someTokens(513), promptLength: 1 }])
    await expect(engine.logprobs(batch, 'policy', 1)).rejects.toMatchObject({
      code: 'ARGUMENT',
      message: expect.stringMatching(/sequence 0 has 513 tokens, the model 512/),
    })
    const scored = await engine.logprobs(packSequences([{ tokens: someTokens(512), promptLength: 1 }]), 'policy', 1)
    expect(scored.every(Number.isFinite)).toBe(true)
  })
})
