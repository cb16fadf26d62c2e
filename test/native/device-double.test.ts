import { basename } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCheckpoint } from '../../src/model/checkpoint.ts'
import { expectedTensors } from '../../src/model/expected-tensors.ts'
import { openEngine } from '../../src/native/engine.ts'
import type { Dtype, EngineOptions, NativeEngine } from '../../src/native/types.ts'
import { packSequences, packTokens } from '../../src/rollout/pack.ts'
import { describeEngine } from '../contract/engine.ts'
import { adamw, greedy, maxGap, policyLoss, sampled } from '../contract/fixtures.ts'
import { goldenFolders } from '../support/goldens.ts'
import { buildDouble, type Counts, type DoubleAddon, doublePath, loadDouble } from './device-double-engine.ts'
import { goldenFolder, someTokens } from './golden-engine.ts'
import { describeGolden } from './golden-suite.ts'
import { runScript } from './run-script.ts'

let double: DoubleAddon

beforeAll(() => {
  buildDouble()
  double = loadDouble()
}, 600_000)

async function open(dir: string, over: Partial<EngineOptions> = {}): Promise<NativeEngine> {
  const { config, weights } = await readCheckpoint(dir)
  const options = { model: config, weights, device: 'cpu', dtype: 'float32', reference: true, threads: 1 } as const
  return openEngine({ ...options, kvCacheBytes: 1 << 24, ...over }, undefined, double)
}

// Upper bounds: work on the GPU may lower them, and must not raise them. Of two layers, float32.
describe('transfers and operations on the device', () => {
  let engine: NativeEngine
  beforeAll(async () => {
    engine = await open(goldenFolder('llama-tied'))
  })
  afterAll(() => engine.close())

  const countsOf = async (call: () => Promise<unknown>): Promise<Counts> => {
    double.takeCounts()
    await call()
    return double.takeCounts()
  }
  const expectAtMost = (counts: Counts, bound: Counts) => {
    for (const key of ['uploads', 'downloads', 'operations'] as const)
      expect(counts[key], `${key}: ${JSON.stringify(counts)}`).toBeLessThanOrEqual(bound[key])
  }

  it('a decode step', async () => {
    const prompts = packTokens([someTokens(7), someTokens(2)])
    const generate = (maxNewTokens: number) =>
      countsOf(() => engine.generate(prompts, sampled(3, [1, 2, 3, 4, 5, 6], { maxNewTokens })))
    const [short, long] = [await generate(8), await generate(24)]
    const step = (key: keyof Counts) => (long[key] - short[key]) / 16
    expectAtMost(
      { uploads: step('uploads'), downloads: step('downloads'), operations: step('operations') },
      { uploads: 11, downloads: 2, operations: 224 },
    )
  })

  it('scoring, a gradient, an optimizer step', async () => {
    const rows = Array.from({ length: 3 }, (_, i) => ({ tokens: someTokens(20, i), promptLength: 5 }))
    const batch = packSequences(rows)
    const loss = await policyLoss(engine, rows)
    await engine.accumulate(batch, loss) // makes gradients
    await engine.step(adamw()) // makes moments
    const bounds: [() => Promise<unknown>, Counts][] = [
      [() => engine.logprobs(batch, 'policy', 1), { uploads: 8, downloads: 1, operations: 135 }],
      [() => engine.accumulate(batch, loss), { uploads: 10, downloads: 1, operations: 387 }],
      [() => engine.step(adamw({ step: 2 })), { uploads: 0, downloads: 1, operations: 31 }],
    ]
    for (const [call, bound] of bounds) expectAtMost(await countsOf(call), bound)
  })
})

describe.each(goldenFolders().map((dir) => [basename(dir), dir]))('%s, as transformers computes it', (_name, dir) => {
  describe.each([
    ['keeping activations', false],
    ['running layers again in the backward', true],
  ])('%s', (_mode, activationCheckpointing) => {
    describeGolden(dir, (dtype: Dtype) => open(dir, { dtype, activationCheckpointing }))
  })
})

it('prefills a long prompt in pieces', async () => {
  const dir = goldenFolder('llama-tied')
  const { config, weights } = await readCheckpoint(dir)
  const options = {
    model: { ...config, maxPositionEmbeddings: 8192 },
    weights,
    device: 'cpu',
    dtype: 'float32',
  } as const
  const common = { ...options, reference: false, threads: 1, kvCacheBytes: 1 << 26 }
  const engines = [await openEngine(common), await openEngine(common, undefined, double)]
  const prompt = packTokens([someTokens(4500)]) // pieces have 2,048 tokens at most (core/portable/backend.h)
  const [onCpu, onDouble] = await Promise.all(engines.map((engine) => engine.generate(prompt, greedy(1))))
  expect(onDouble!.tokens).toEqual(onCpu!.tokens)
  expect(maxGap(onDouble!.logprobs, onCpu!.logprobs)).toBeLessThan(1e-3)
  for (const engine of engines) await engine.close()
})

describeEngine('device double, Llama with tied embeddings', {
  open: async () => {
    const dir = goldenFolder('llama-tied')
    const { config } = await readCheckpoint(dir)
    const shapes = new Map(expectedTensors(config).map(({ name, shape }) => [name, shape]))
    const { vocabSize, maxPositionEmbeddings: maxPositions } = config
    return { engine: await open(dir), vocabSize, shapes, maxPositions }
  },
})

describe('the negative controls', () => {
  it('refuse an operand that lies on the host', () => {
    expect(() => double.mixOperands()).toThrow('an operand lies on the host')
  })

  it("end the process when a CPU kernel touches the device's memory", async () => {
    const ended = await runScript(
      'llama-tied',
      `const { createRequire } = await import('node:module')
       const double = createRequire(import.meta.url)(${JSON.stringify(doublePath())})
       console.log('touching')
       double.touchFromHost()
       console.log('not noticed')`,
    )
    expect(ended).toMatchObject({ code: 42, out: 'touching\nthe host touched the memory of the device\n' })
  })
})
