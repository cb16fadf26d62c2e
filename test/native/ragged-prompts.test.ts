import { describe, expect, it } from 'vitest'
import { packTokens } from '../../src/rollout/pack.ts'
import { greedy } from '../contract/fixtures.ts'
import { openGolden, someTokens } from './golden-engine.ts'

describe('prompts of very different lengths', () => {
  const long = someTokens(400)
  const short = Array.from({ length: 150 }, (_, i) => someTokens(4, 1 + i))

  it('cost little more together than separately', async () => {
    const engine = await openGolden('llama3-untied')
    // the quickest of three: a busy machine slows single calls
    const milliseconds = async (prompts: readonly Int32Array[]): Promise<number> => {
      const times: number[] = []
      for (let i = 0; i < 3; i++) {
        const began = performance.now()
        await engine.generate(packTokens(prompts), greedy(prompts.length, { maxNewTokens: 1 }))
        times.push(performance.now() - began)
      }
      return Math.min(...times)
    }
    await milliseconds([long, ...short]) // first calls start threads
    const apart = (await milliseconds([long])) + (await milliseconds(short))
    // padding every short prompt to the long one's length is 60,400 tokens instead of 1,000: 20 times and more
    for (const together of [
      [long, ...short],
      [...short, long],
    ]) {
      expect(await milliseconds(together), `apart ${apart} ms`).toBeLessThan(8 * apart)
    }
  })

  it('give each row the same result as alone, in the order of the prompts', async () => {
    const engine = await openGolden('llama3-untied')
    const mixed = [short[0]!, long, short[1]!, someTokens(90), short[2]!, long]
    const samples = 2
    const seeds = Uint32Array.from({ length: mixed.length * samples }, (_, i) => 100 + i)
    const sampling = greedy(0, { temperature: 1, maxNewTokens: 12, samplesPerPrompt: samples })
    const together = await engine.generate(packTokens(mixed), { ...sampling, seeds })
    for (const [i, prompt] of mixed.entries()) {
      const own = seeds.slice(i * samples, (i + 1) * samples)
      const alone = await engine.generate(packTokens([prompt]), { ...sampling, seeds: own })
      const rows = together.tokens.slice(together.offsets[i * samples], together.offsets[(i + 1) * samples])
      expect(rows, `prompt ${i}`).toEqual(alone.tokens)
    }
  })
})
