import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCheckpoint } from '../../src/model/checkpoint.ts'
import { openEngine } from '../../src/native/engine.ts'
import type { Dtype, NativeEngine, SamplingParams, SequenceBatch, TokenBatch } from '../../src/native/types.ts'
import { joinTokens, packSequences } from '../../src/rollout/pack.ts'
import { goldenFolders } from '../support/goldens.ts'

// The CPU kernels and the tensor operations that CUDA uses are two implementations of the same operations.

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

// Two groups that share prompts of 33 and 64 tokens, ragged tails, a single sequence and one without an action.
const text = (n: number, salt: number) => Int32Array.from({ length: n }, (_, t) => 3 + ((t * 31 + salt) % 250))
const family: SequenceBatch = packSequences([
  joinTokens(text(33, 1), text(5, 2)),
  joinTokens(text(64, 3), text(1, 4)),
  joinTokens(text(33, 1), text(40, 5)),
  { tokens: text(20, 6), promptLength: 20 },
  joinTokens(text(64, 3), text(9, 7)),
])

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

describe.each(goldenFolders().map((dir) => [dir.split('/').at(-1)!, dir]))('%s', (name, dir) => {
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

  it('a small KV cache makes rows wait, but does not change them', async () => {
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
    const [x, y] = [await a.logprobs(family, 'policy', 1), await b.logprobs(family, 'policy', 1)]
    const differences = [...x].map((value, i) => Math.abs(value - y[i]!))
    expect(x.length).toBe(5 + 1 + 40 + 0 + 9)
    expect(Math.max(...differences)).toBeLessThan(0.15) // 8 bits of mantissa
    expect(differences.reduce((sum, d) => sum + d, 0) / differences.length).toBeLessThan(0.02)
    await a.close()
    await b.close()
  })

  it('sequences that share prompts get the log-probs and gradients of sequences run separately', async () => {
    const [x, y] = [await kernel.logprobs(family, 'policy', 0.8), await portable.logprobs(family, 'policy', 0.8)]
    expect(Math.max(...[...x].map((value, i) => Math.abs(value - y[i]!)))).toBeLessThan(2e-4)
    const weights = Float32Array.from({ length: x.length }, (_, i) => ((i * 7) % 5) - 1.5)
    const loss = { kind: 'nll', weights, normalizer: 10 } as const
    const [one, two] = [await kernel.accumulate(family, loss), await portable.accumulate(family, loss)]
    expect(one.loss).toBeCloseTo(two.loss, 4)
    expect(one.entropySum).toBeCloseTo(two.entropySum, 2)
    const [g, h] = [await kernel.gradientNorms(), await portable.gradientNorms()]
    for (const [i, tensor] of kernel.info.tensorNames.entries()) {
      expect(Math.abs(g[i]! - h[i]!), tensor).toBeLessThan(2e-4 * (1 + h[i]!))
    }
    const none = { step: 1, lr: 0, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, maxGradNorm: 0 }
    await kernel.step(none) // zeroes the gradients
    await portable.step(none)
  })

  it('training has the log-probs of sampling, bit for bit', async () => {
    const config = { ...sampling, samplesPerPrompt: 3, maxNewTokens: 45 }
    const drawn = await kernel.generate(prompts, config)
    const rows = Array.from({ length: 15 }, (_, row) => {
      const prompt = prompts.tokens.subarray(prompts.offsets[(row / 3) | 0]!, prompts.offsets[((row / 3) | 0) + 1]!)
      return joinTokens(prompt, drawn.tokens.slice(drawn.offsets[row]!, drawn.offsets[row + 1]!))
    })
    const scored = await kernel.logprobs(packSequences(rows), 'policy', config.temperature)
    // normalised queries (Qwen3) and windows (Mistral) go through libtorch, whose sums depend on the shape
    const bound = /^(qwen3|mistral)/.test(name) ? 1e-5 : 0
    expect(Math.max(...[...scored].map((value, i) => Math.abs(value - drawn.logprobs[i]!)))).toBeLessThanOrEqual(bound)
    const alone = await kernel.logprobs(packSequences([rows[7]!]), 'policy', config.temperature)
    const at = drawn.offsets[7]!
    expect(Math.max(...[...alone].map((value, i) => Math.abs(value - drawn.logprobs[at + i]!)))).toBeLessThanOrEqual(
      bound,
    )
  })
})
