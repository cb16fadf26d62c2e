import { expect, it } from 'vitest'
import { FinishReason } from '../../src/native/types.ts'
import { packSequences } from '../../src/rollout/pack.ts'
import { adamw, type EngineUnderTest, greedy, maxGap, prompts, sequences } from './fixtures.ts'

export function describeLife(fresh: () => Promise<EngineUnderTest>): void {
  it('settles a running generate early when cancelled, and continues working', async () => {
    const { engine, maxPositions } = await fresh()
    const maxNewTokens = maxPositions - 3
    const seeds = new Uint32Array(96)
    setTimeout(() => engine.cancel(), 20)
    const out = await engine.generate(prompts, greedy(3, { samplesPerPrompt: 32, maxNewTokens, seeds }))
    expect(Array.from(out.finishReasons)).toContain(FinishReason.cancelled)
    expect(out.tokens.length).toBeLessThan(96 * maxNewTokens)
    const next = await engine.generate(prompts, greedy(3))
    expect(next.tokens.length).toBe(24)
  })

  it('also settles queued generates when cancelled', async () => {
    const { engine, maxPositions } = await fresh()
    const long = greedy(3, { samplesPerPrompt: 32, maxNewTokens: maxPositions - 3, seeds: new Uint32Array(96) })
    const [running, waiting] = [engine.generate(prompts, long), engine.generate(prompts, greedy(3))]
    engine.cancel()
    for (const out of await Promise.all([running, waiting])) {
      expect(out.offsets.length - 1).toBe(out.finishReasons.length)
      expect(new Set(out.finishReasons)).toEqual(new Set([FinishReason.cancelled]))
    }
    expect((await engine.generate(prompts, greedy(3))).tokens.length).toBe(24)
  })

  it('runs jobs in call order', async () => {
    const { engine } = await fresh()
    const order: string[] = []
    await Promise.all([
      engine.generate(prompts, greedy(3, { maxNewTokens: 32 })).then(() => order.push('generate')),
      engine.logprobs(packSequences(sequences), 'policy', 1).then(() => order.push('logprobs')),
      engine.gradientNorms().then(() => order.push('norms')),
    ])
    expect(order).toEqual(['generate', 'logprobs', 'norms'])
  })

  it('keeps two engines apart', async () => {
    const [one, other] = [await fresh(), await fresh()]
    const batch = packSequences(sequences)
    const before = await other.engine.logprobs(batch, 'policy', 1)
    await one.engine.accumulate(batch, { kind: 'nll', normalizer: 1 })
    await Promise.all([one.engine.step(adamw()), other.engine.generate(prompts, greedy(3))])
    expect(await other.engine.logprobs(batch, 'policy', 1)).toEqual(before)
    expect(maxGap(await one.engine.logprobs(batch, 'policy', 1), before)).toBeGreaterThan(1e-4)
  })

  it('reports the memory it uses', async () => {
    const { engine } = await fresh()
    const memory = engine.memory()
    expect(memory.weightsBytes).toBeGreaterThanOrEqual(engine.info.parameters * 4)
    expect(memory.referenceBytes).toBeGreaterThanOrEqual(engine.info.parameters * 4)
  })

  it('finishes queued jobs on close, closes twice, and refuses work afterwards', async () => {
    const { engine } = await fresh()
    const queued = engine.generate(prompts, greedy(3))
    await Promise.all([engine.close(), engine.close()])
    expect((await queued).tokens.length).toBeGreaterThan(0)
    await expect(engine.generate(prompts, greedy(3))).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(engine.logprobs(packSequences(sequences), 'policy', 1)).rejects.toMatchObject({ code: 'CLOSED' })
  })
}
