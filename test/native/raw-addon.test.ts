import { describe, expect, it } from 'vitest'
import { loadAddon } from '../../src/native/binding.ts'
import type { Loss, ModelConfig } from '../../src/native/types.ts'
import { packSequences, packTokens } from '../../src/rollout/pack.ts'
import { adamw, greedy } from '../contract/fixtures.ts'
import { goldenOptions } from './golden-engine.ts'
import { runScript } from './run-script.ts'

// engine.ts never calls the addon like this; a crash would still take the whole process down
describe('the addon without its guard', () => {
  it('survives a close right after open', async () => {
    const ended = await runScript(
      'llama-tied',
      `const engine = new addon.Engine()
       const opened = engine.open(options)
       const closed = engine.close()
       console.log((await opened).tensorNames.length, (await opened).parameters, await closed)`,
    )
    expect(ended).toEqual({ code: 0, signal: null, out: '20 69936 undefined\n' })
  })

  it('survives a close right after an open that fails', async () => {
    const ended = await runScript(
      'llama-tied',
      `const engine = new addon.Engine()
       const opened = engine.open({ ...options, weights: [] }).catch((error) => error.code)
       const closed = engine.close()
       console.log(await opened, await closed)`,
    )
    expect(ended).toEqual({ code: 0, signal: null, out: 'ARGUMENT undefined\n' })
  })

  it('rejects arrays that do not fit together, are not arrays, or were transferred, and calls on foreign objects', async () => {
    const addon = loadAddon()
    const engine = new addon.Engine()
    await engine.open(await goldenOptions('llama-tied'))
    const good = packSequences([{ tokens: Int32Array.of(1, 2, 3), promptLength: 1 }])
    const gone = Int32Array.of(1, 2, 3)
    structuredClone(gone.buffer, { transfer: [gone.buffer] })
    const batches: object[] = [
      { ...good, tokens: Int32Array.of(1, 2, 50_000_000) },
      { ...good, tokens: Int32Array.of(1, 2, -1) },
      { ...good, tokens: gone },
      { ...good, tokens: Float32Array.of(1, 2, 3) },
      { ...good, tokens: [1, 2, 3] },
      { ...good, tokens: undefined },
      { ...good, offsets: Int32Array.of(0, 500_000_000) },
      { ...good, offsets: Int32Array.of(0, 2, 1, 3) },
      { ...good, offsets: Int32Array.of(-1, 3) },
      { ...good, offsets: new Int32Array(0) },
      { ...good, promptLengths: Int32Array.of(4) },
      { ...good, promptLengths: Int32Array.of(0) },
      { ...good, promptLengths: new Int32Array(0) },
      {
        ...good,
        get tokens() {
          throw new Error('a getter of its own')
        },
      },
    ]
    const nll = { kind: 'nll' as const, normalizer: 1 }
    for (const batch of batches as (typeof good)[]) {
      const code = (call: Promise<unknown>) => call.then(String, (error) => error.code)
      expect([batch, await code(engine.scores(batch, false, 1))]).toEqual([batch, 'ARGUMENT'])
      expect([batch, await code(engine.logprobs(batch, false, 1))]).toEqual([batch, 'ARGUMENT'])
      expect([batch, await code(engine.accumulate(batch, nll))]).toEqual([batch, 'ARGUMENT'])
      if (!('promptLengths' in batch) || batch.promptLengths !== good.promptLengths) continue
      expect([batch, await code(engine.generate(batch, greedy(1)))]).toEqual([batch, 'ARGUMENT'])
    }
    const weights = new Float32Array(7)
    await expect(engine.accumulate(good, { ...nll, weights })).rejects.toMatchObject({ code: 'ARGUMENT' })
    const many = greedy(1, { maxNewTokens: 2 ** 31 })
    await expect(engine.generate(packTokens([Int32Array.of(1)]), many)).rejects.toMatchObject({ code: 'ARGUMENT' })
    for (const method of ['logprobs', 'scores', 'memory', 'close'] as const) {
      expect(() => Reflect.apply(addon.Engine.prototype[method], {}, [])).toThrow()
    }
    const stops = { strings: ['a'], tokenBytes: Uint8Array.of(97), tokenOffsets: Int32Array.of(0, 1) }
    for (const stopStrings of [
      stops,
      { ...stops, strings: [1] },
      { ...stops, tokenOffsets: [0, 1] },
      { strings: ['a'] },
    ]) {
      const sampling = greedy(1, { stopStrings: stopStrings as never })
      const call = engine.generate(packTokens([Int32Array.of(1)]), sampling)
      await expect(call).rejects.toMatchObject({ code: 'ARGUMENT' })
    }
    expect(await engine.logprobs(good, false, 1)).toHaveLength(2)
    await engine.close()
  })

  it('rejects a model whose sizes do not fit together', async () => {
    const options = await goldenOptions('llama-tied')
    const bad: Partial<ModelConfig>[] = [
      { numHiddenLayers: 50_000_000 },
      { slidingWindows: new Int32Array(0) },
      { slidingWindows: Int32Array.of(-1, 0) },
      { ropeFrequencies: new Float32Array(1) },
      { headDim: 2 ** 31 },
      { numHiddenLayers: 0, slidingWindows: new Int32Array(0) },
      { numKeyValueHeads: 7 },
      { numKeyValueHeads: 0 },
      { vocabSize: -1 },
      { hiddenSize: 0 },
      { hiddenSize: Number.NaN },
    ]
    for (const over of bad) {
      const engine = new (loadAddon().Engine)()
      const opened = engine.open({ ...options, model: { ...options.model, ...over } })
      expect([over, await opened.then(String, (error) => error.code)]).toEqual([over, 'ARGUMENT'])
      await engine.close()
    }
  })

  it('rejects a data type or device that no engine has, a second open, and names that are none', async () => {
    const options = await goldenOptions('llama-tied')
    const [first, ...others] = options.weights
    const bad: object[] = [
      { ...options, dtype: 'F16' },
      { ...options, device: 'meta' },
      { ...options, device: 'no device' },
      { ...options, weights: [{ ...first!, dtype: 'float32' }, ...others] },
      { ...options, weights: [{ ...first!, name: `exp_avg/${first!.name}` }, ...others] },
      { ...options, weights: [{ ...first!, file: `${first!.file}\0hidden` }, ...others] },
    ]
    for (const given of bad) {
      const engine = new (loadAddon().Engine)()
      const opened = engine.open(given as typeof options)
      expect([given, await opened.then(String, (error) => error.code)]).toEqual([
        given,
        expect.stringMatching(/ARGUMENT|UNSUPPORTED/),
      ])
      await engine.close()
    }
    const engine = new (loadAddon().Engine)()
    const opened = engine.open(options)
    await expect(engine.open(options)).rejects.toMatchObject({ code: 'ARGUMENT' })
    await opened
    const before = engine.memory()
    const files = [{ path: '/nowhere', header: new Uint8Array(0), tensors: [`nothing/${first!.name}`] }]
    await expect(engine.exportTensors(files)).rejects.toMatchObject({ code: 'ARGUMENT' })
    expect(engine.memory()).toEqual(before)
    await engine.close()
  })

  it('rejects a kind of loss or a KL estimator that it does not know, and a switch that is no boolean', async () => {
    const options = await goldenOptions('llama-tied')
    const engine = new (loadAddon().Engine)()
    await engine.open(options)
    const batch = packSequences([{ tokens: Int32Array.of(1, 2, 3), promptLength: 1 }])
    const policy = {
      kind: 'policy',
      advantages: new Float32Array(2),
      oldLogprobs: new Float32Array(2),
      clipLow: 0.2,
      clipHigh: 0.2,
      temperature: 1,
      klCoef: 0,
      klEstimator: 'k3',
      normalizer: 1,
    }
    const refusal = (loss: object) =>
      engine.accumulate(batch, loss as Loss).then(String, ({ code, message }) => `${code} ${message}`)
    expect(await refusal(policy)).toBe('[object Object]')
    expect(await refusal({ ...policy, klEstimator: 'k4' })).toBe('ARGUMENT klEstimator is k4: k1, k2 or k3')
    expect(await refusal({ ...policy, kind: 'ppo' })).toBe('ARGUMENT loss kind is ppo: policy or nll')
    expect(await refusal({ ...policy, kind: undefined })).toMatch(/^ARGUMENT/)
    await engine.close()
    for (const name of ['portableKernels', 'activationCheckpointing', 'checkWeights']) {
      const other = new (loadAddon().Engine)()
      const opened = other.open({ ...options, [name]: 'no' })
      await expect(opened, name).rejects.toMatchObject({ code: 'ARGUMENT' })
      await other.close()
    }
  })

  it('rejects every call on an engine that was never opened', async () => {
    const engine = new (loadAddon().Engine)()
    const batch = packSequences([{ tokens: Int32Array.of(1, 2, 3), promptLength: 1 }])
    const calls = [
      engine.generate(packTokens([Int32Array.of(1)]), greedy(1)),
      engine.scores(batch, false, 1),
      engine.logprobs(batch, false, 1),
      engine.accumulate(batch, { kind: 'nll', normalizer: 1 }),
      engine.gradientNorms(),
      engine.step(adamw()),
      engine.syncReference(),
      engine.exportTensors([]),
      engine.importTensors([]),
    ]
    const codes = await Promise.all(calls.map((call) => call.catch((error) => error.code)))
    expect(codes).toEqual(calls.map(() => 'CLOSED'))
    await engine.close()
  })

  it('rejects every call queued behind close', async () => {
    for (let i = 0; i < 20; i++) {
      const engine = new (loadAddon().Engine)()
      await engine.open(await goldenOptions('llama-tied'))
      const closed = engine.close()
      const behind = [engine.gradientNorms(), engine.syncReference(), engine.close()]
      const codes = await Promise.all(
        behind.map((call) =>
          call.then(
            () => 'done',
            (error) => error.code,
          ),
        ),
      )
      expect(codes).toEqual(['CLOSED', 'CLOSED', 'CLOSED'])
      await closed
    }
  })

  it('rejects a call after close', async () => {
    const engine = new (loadAddon().Engine)()
    await engine.close()
    await expect(engine.gradientNorms()).rejects.toMatchObject({ code: 'CLOSED' })
    expect(engine.memory()).toMatchObject({ weightsBytes: 0, kvCacheBytes: 0 })
  })
})
