import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { beforeAll, describe, expect, it } from 'vitest'
import type { NativeEngine } from '../../src/native/types.ts'
import { packSequences, packTokens } from '../../src/rollout/pack.ts'
import { greedy, policyLoss } from '../contract/fixtures.ts'
import { openGolden, someTokens } from './golden-engine.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const rows = Array.from({ length: 12 }, (_, i) => ({ tokens: someTokens(100, i), promptLength: 4 }))

/** Takes freed memory of the sizes that a batch has, so that a freed array does not keep its numbers. */
function overwriteFreed(lengths: readonly number[]): Int32Array[] {
  collectGarbage()
  return lengths.flatMap((length) => Array.from({ length: 20 }, () => new Int32Array(length).fill(1)))
}

/** The same object, writable. */
type Writable<T> = { -readonly [K in keyof T]: T[K] }

describe('arrays that the engine borrows', () => {
  let engine: NativeEngine
  beforeAll(async () => {
    engine = await openGolden('qwen3')
  })
  // keeps the engine busy while the next call waits
  const occupy = () =>
    engine.generate(packTokens([someTokens(30)]), greedy(32, { samplesPerPrompt: 32, maxNewTokens: 80 }))

  it('are those of the call, whatever the batch object holds when its turn comes', async () => {
    const expected = await engine.logprobs(packSequences(rows), 'policy', 1)
    const busy = occupy()
    const batch: Writable<ReturnType<typeof packSequences>> = { ...packSequences(rows) }
    const scored = engine.logprobs(batch, 'policy', 1)
    batch.tokens = Int32Array.of(7)
    batch.offsets = Int32Array.of(0, 1)
    batch.promptLengths = Int32Array.of(1)
    const taken = overwriteFreed([1200, 13, 12])
    expect(await scored).toEqual(expected)
    expect(taken.length).toBe(60)
    await busy
  })

  it("of a loss stay, too, when the loss's fields are given others", async () => {
    const batch = packSequences(rows)
    const fresh = async () => {
      const loss = await policyLoss(engine, rows)
      const actions = loss.oldLogprobs.length
      const weights = Float32Array.from({ length: actions }, (_, i) => 1 + (i % 3))
      const advantages = Float32Array.from({ length: actions }, (_, i) => (i % 5) - 2)
      return { ...loss, advantages, weights, referenceLogprobs: loss.oldLogprobs.map((x) => x - 0.1), klCoef: 0.05 }
    }
    const expected = await engine.accumulate(batch, await fresh())
    const loss = await fresh()
    const busy = occupy()
    const accumulated = engine.accumulate(batch, loss)
    const other = Float32Array.of(0)
    Object.assign(loss, { advantages: other, oldLogprobs: other, referenceLogprobs: other, weights: other })
    const taken = overwriteFreed([loss.normalizer])
    expect(await accumulated).toEqual(expected)
    expect(taken.length).toBe(20)
    await busy
  })

  it('may not lie in memory that can shrink or be shared', async () => {
    const resizable = new Int32Array(Reflect.construct(ArrayBuffer, [12, { maxByteLength: 24 }]) as ArrayBuffer)
    const shared = new Int32Array(new SharedArrayBuffer(12))
    for (const tokens of [resizable, shared]) {
      tokens.set([1, 2, 3])
      const batch = { tokens, offsets: Int32Array.of(0, 3), promptLengths: Int32Array.of(1) }
      const fixed = packSequences([{ tokens: Int32Array.of(1, 2, 3), promptLength: 1 }])
      const refused = { code: 'ARGUMENT', message: expect.stringContaining('shared or resizable') }
      await expect(engine.generate(batch, greedy(1))).rejects.toMatchObject(refused)
      await expect(engine.logprobs(batch, 'policy', 1)).rejects.toMatchObject(refused)
      const lengths = tokens.subarray(0, 1)
      await expect(engine.logprobs({ ...fixed, promptLengths: lengths }, 'policy', 1)).rejects.toMatchObject(refused)
      const weights = new Float32Array(tokens.buffer, 0, 2)
      await expect(engine.accumulate(fixed, { kind: 'nll', normalizer: 1, weights })).rejects.toMatchObject(refused)
    }
  })
})
