import { beforeAll, describe, expect, it } from 'vitest'
import type { Loss, NativeEngine } from '../../src/native/types.ts'
import { packSequences, packTokens } from '../../src/rollout/pack.ts'
import { greedy, policyLoss, sampled } from '../contract/fixtures.ts'
import { openGolden, someTokens } from './golden-engine.ts'

const rows = Array.from({ length: 12 }, (_, i) => ({ tokens: someTokens(100, i), promptLength: 4 }))

type Numbers = Int32Array | Uint32Array | Float32Array

/** What JavaScript may do to an array while its call waits. */
const meddlings: readonly (readonly [name: string, meddle: (array: Numbers) => void])[] = [
  ['filled with ids far outside the vocabulary', (array) => array.fill(200_000_000)],
  ['filled with negative numbers', (array) => array.fill(-7)],
  ['filled with zeros', (array) => array.fill(0)],
  [
    'transferred away',
    (array) => {
      // a transferred buffer may be asked for twice: arrays can share one
      if (array.buffer.byteLength > 0) structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] })
    },
  ],
]

const arraysOf = (value: object): Numbers[] =>
  Object.values(value).filter((field): field is Numbers => ArrayBuffer.isView(field))

describe('arrays that JavaScript changes while their call waits', () => {
  let engine: NativeEngine
  beforeAll(async () => {
    engine = await openGolden('qwen3')
  })
  // keeps the engine busy while the next call waits
  const occupy = () =>
    engine.generate(packTokens([someTokens(30)]), greedy(32, { samplesPerPrompt: 32, maxNewTokens: 80 }))

  const losses = async (): Promise<readonly Loss[]> => {
    const loss = await policyLoss(engine, rows)
    const actions = loss.oldLogprobs.length
    const weights = Float32Array.from({ length: actions }, (_, i) => 1 + (i % 3))
    const advantages = Float32Array.from({ length: actions }, (_, i) => (i % 5) - 2)
    return [
      { ...loss, advantages, weights, referenceLogprobs: loss.oldLogprobs.map((x) => x - 0.1), klCoef: 0.05 },
      { kind: 'nll', normalizer: 1, weights: weights.slice() },
    ]
  }

  it.each(meddlings)('change nothing when they are %s', async (_, meddle) => {
    const calls: (() => Promise<readonly [given: readonly object[], call: (e: NativeEngine) => Promise<unknown>]>)[] = [
      async () => {
        const [prompts, sampling] = [packTokens([someTokens(5), someTokens(9)]), sampled(2, [1, 2, 3, 4])]
        return [[prompts, sampling], (e) => e.generate(prompts, sampling)]
      },
      async () => {
        const batch = packSequences(rows)
        return [[batch], (e) => e.logprobs(batch, 'policy', 1)]
      },
      ...[0, 1].map((kind) => async () => {
        const [batch, loss] = [packSequences(rows), (await losses())[kind]!]
        return [[batch, loss], (e: NativeEngine) => e.accumulate(batch, loss)] as const
      }),
    ]
    for (const prepare of calls) {
      const [, plain] = await prepare()
      const expected = await plain(engine)
      const [given, call] = await prepare()
      const busy = occupy()
      const waiting = call(engine)
      for (const array of given.flatMap(arraysOf)) meddle(array)
      expect(await waiting).toEqual(expected)
      await busy
    }
  })

  it('are those of the call, whatever the batch object holds when its turn comes', async () => {
    const expected = await engine.logprobs(packSequences(rows), 'policy', 1)
    const busy = occupy()
    const batch = { ...packSequences(rows) }
    const scored = engine.logprobs(batch, 'policy', 1)
    Object.assign(batch, { tokens: Int32Array.of(7), offsets: Int32Array.of(0, 1), promptLengths: Int32Array.of(1) })
    expect(await scored).toEqual(expected)
    await busy
  })
})

describe('arrays', () => {
  it('must not lie in memory that can shrink or be shared', async () => {
    const engine = await openGolden('qwen3')
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
