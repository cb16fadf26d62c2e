// Compares an engine with what transformers computes on a golden checkpoint.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Dtype, NativeEngine, SequenceBatch } from '../../src/native/types.ts'
import { type Golden, readGolden } from '../support/goldens.ts'

/** Every token but the first is an action. */
function pack(sequences: readonly (readonly number[])[]): SequenceBatch {
  const offsets = [0]
  for (const sequence of sequences) offsets.push(offsets.at(-1)! + sequence.length)
  return {
    tokens: Int32Array.from(sequences.flat()),
    offsets: Int32Array.from(offsets),
    promptLengths: new Int32Array(sequences.length).fill(1),
  }
}

function maxDifference(actual: Float32Array, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length)
  return Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!)))
}

async function greedyTokens(engine: NativeEngine, prompt: readonly number[]): Promise<number[]> {
  const { tokens } = await engine.generate(
    { tokens: Int32Array.from(prompt), offsets: Int32Array.of(0, prompt.length) },
    {
      samplesPerPrompt: 1,
      maxNewTokens: 24,
      temperature: 0,
      topP: 1,
      presencePenalty: 0,
      stopTokens: new Int32Array(0),
      seeds: new Uint32Array(1),
    },
  )
  return [...tokens]
}

const meanDifference = (actual: Float32Array, expected: readonly number[]) =>
  expected.reduce((sum, value, i) => sum + Math.abs(value - actual[i]!), 0) / expected.length

/**
 * Log-probs, greedy tokens, loss, gradients, an AdamW step, in float32 and bfloat16.
 * @param dir the golden checkpoint's folder
 */
export function describeGolden(dir: string, open: (dtype: Dtype) => Promise<NativeEngine>): void {
  const golden: Golden = readGolden(dir)
  const batch = pack(golden.sequences)
  const { adamw } = golden

  describe('float32', () => {
    let engine: NativeEngine
    beforeAll(async () => {
      engine = await open('float32')
    })
    afterAll(() => engine.close())

    it('log-probs', async () => {
      expect(maxDifference(await engine.logprobs(batch, 'policy', 1), golden.logprobs.flat())).toBeLessThan(2e-4)
    })

    it('24 greedy tokens', async () => {
      expect(await greedyTokens(engine, golden.greedy.prompt)).toEqual(golden.greedy.tokens)
    })

    it('loss, gradients and one AdamW step', async () => {
      const stats = await engine.accumulate(batch, { kind: 'nll', normalizer: golden.logprobs.flat().length })
      expect(stats.loss).toBeCloseTo(golden.nll, 4)
      const norms = await engine.gradientNorms()
      expect([...engine.info.tensorNames].sort()).toEqual(Object.keys(golden.grad_norms).sort())
      for (const [i, name] of engine.info.tensorNames.entries()) {
        const expected = golden.grad_norms[name]!
        expect(Math.abs(norms[i]! - expected) / expected, name).toBeLessThan(1e-3)
      }
      const step = await engine.step({
        step: 1,
        lr: adamw.lr,
        beta1: adamw.betas[0],
        beta2: adamw.betas[1],
        eps: adamw.eps,
        weightDecay: adamw.weight_decay,
        maxGradNorm: adamw.max_grad_norm,
      })
      expect(step.nonFinite).toBeNull()
      expect(Math.abs(step.gradNorm - golden.grad_norm) / golden.grad_norm).toBeLessThan(1e-3)
      expect(maxDifference(await engine.logprobs(batch, 'policy', 1), adamw.logprobs.flat())).toBeLessThan(5e-4)
    })
  })

  it('bfloat16 stays within its rounding', async () => {
    const engine = await open('bfloat16')
    const logprobs = await engine.logprobs(batch, 'policy', 1)
    // 8 bits of mantissa: a few thousandths of a logit of about 6
    expect(meanDifference(logprobs, golden.logprobs.flat())).toBeLessThan(0.02)
    expect(maxDifference(logprobs, golden.logprobs.flat())).toBeLessThan(0.15)
    await engine.accumulate(batch, { kind: 'nll', normalizer: golden.logprobs.flat().length })
    const step = await engine.step({
      step: 1,
      lr: 1e-3,
      beta1: 0.9,
      beta2: 0.95,
      eps: 1e-8,
      weightDecay: 0.01,
      maxGradNorm: 1,
    })
    expect(Math.abs(step.gradNorm - golden.grad_norm) / golden.grad_norm).toBeLessThan(0.03)
    expect(meanDifference(await engine.logprobs(batch, 'policy', 1), adamw.logprobs.flat())).toBeLessThan(0.03)
    await engine.close()
  })
}
