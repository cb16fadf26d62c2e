import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCheckpoint } from '../../src/model/checkpoint.ts'
import { openEngine } from '../../src/native/engine.ts'
import type { Dtype, NativeEngine, SamplingParams, TokenBatch } from '../../src/native/types.ts'
import { goldenFolders } from '../support/goldens.ts'

// The CPU kernels and the tensor operations that CUDA uses are two implementations of one thing.

const promptLengths = [3, 70, 33, 3, 64]
const prompts: TokenBatch = {
  // the first and the fourth prompt are the same
  tokens: Int32Array.from(promptLengths.flatMap((n) => Array.from({ length: n }, (_, t) => 3 + ((t * 37 + n) % 250)))),
  offsets: Int32Array.from(
    promptLengths.reduce<number[]>(
      (at, n) => {
        at.push(at.at(-1)! + n)
        return at
      },
      [0],
    ),
  ),
}

const sampling: SamplingParams = {
  samplesPerPrompt: 3,
  maxNewTokens: 45,
  temperature: 0.9,
  topP: 1,
  presencePenalty: 0,
  stopTokens: Int32Array.of(17, 101),
  seeds: Uint32Array.from({ length: 15 }, (_, i) => 1000 + i),
}

async function open(
  dir: string,
  dtype: Dtype,
  portableKernels: boolean,
  kvCacheBytes = 1 << 28,
): Promise<NativeEngine> {
  const { config, weights } = await readCheckpoint(dir)
  return openEngine({
    model: config,
    weights,
    device: 'cpu',
    dtype,
    reference: false,
    kvCacheBytes,
    threads: 0,
    portableKernels,
  })
}

const kinds: [string, Partial<SamplingParams>][] = [
  ['plain sampling', {}],
  ['greedy', { temperature: 0 }],
  ['top-p', { topP: 0.6 }],
  ['presence penalty', { presencePenalty: 3 }],
  ['presence penalty, greedy', { temperature: 0, presencePenalty: 3 }],
  ['all together', { topP: 0.9, presencePenalty: 1.5, temperature: 0.7 }],
]

describe.each(goldenFolders().map((dir) => [dir.split('/').at(-1)!, dir]))('%s', (_name, dir) => {
  let kernel: NativeEngine
  let portable: NativeEngine
  beforeAll(async () => {
    kernel = await open(dir, 'float32', false)
    portable = await open(dir, 'float32', true)
  })
  afterAll(async () => {
    await kernel.close()
    await portable.close()
  })

  it.each(kinds)('%s: kernel and tensor operations draw the same tokens', async (_kind, change) => {
    const a = await kernel.generate(prompts, { ...sampling, ...change })
    const b = await portable.generate(prompts, { ...sampling, ...change })
    expect([...a.tokens]).toEqual([...b.tokens])
    expect([...a.finishReasons]).toEqual([...b.finishReasons])
    expect(Math.max(...a.logprobs.map((value, i) => Math.abs(value - b.logprobs[i]!)))).toBeLessThan(1e-3)
  })

  it('a small KV cache makes rows wait, not change', async () => {
    const bytesPerToken = 64 * 4 * 2 * 3 * 32 // more than any of these models needs
    const tight = await open(dir, 'float32', false, bytesPerToken * 12)
    const a = await kernel.generate(prompts, sampling)
    const b = await tight.generate(prompts, sampling)
    expect([...b.tokens]).toEqual([...a.tokens])
    await tight.close()
  })

  it('bfloat16 kernels agree with tensor operations', async () => {
    const a = await open(dir, 'bfloat16', false)
    const b = await open(dir, 'bfloat16', true)
    const short = { ...sampling, maxNewTokens: 1 }
    const first = await a.generate(prompts, short)
    const second = await b.generate(prompts, short)
    // first tokens come from the same prefill: only the samplers differ
    expect([...first.tokens]).toEqual([...second.tokens])
    await a.close()
    await b.close()
  })
})
