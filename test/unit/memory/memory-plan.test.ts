import { describe, expect, it } from 'vitest'
import { memoryPlan, memoryText, withChosen } from '../../../src/memory/memory-plan.ts'
import { kvCacheNeed, workingSet } from '../../../src/memory/working-set.ts'
import type { ModelConfig } from '../../../src/native/types.ts'
import { fakeConfig } from '../../support/fake-run.ts'

// SmolLM2-135M
const config = {
  vocabSize: 49152,
  hiddenSize: 576,
  intermediateSize: 1536,
  numHiddenLayers: 30,
  numAttentionHeads: 9,
  numKeyValueHeads: 3,
  headDim: 64,
  maxPositionEmbeddings: 8192,
  slidingWindows: new Int32Array(30),
  qkNorm: false,
} as ModelConfig
const model = { config, shapes: [[134_515_008]], dtype: 'float32' } as const
const MiB = 2 ** 20

const settings = (over: Record<string, unknown> = {}) =>
  fakeConfig('/nowhere', {
    'rollout.promptsPerRound': 2,
    'rollout.samplesPerPrompt': 8,
    'rollout.maxNewTokens': 32,
    'rollout.maxPromptTokens': 256,
    'model.kvCacheGiB': null,
    'update.tokensPerMicroBatch': null,
    ...over,
  })

describe('memoryPlan', () => {
  it('adds up the lasting tensors', () => {
    const plan = memoryPlan(model, settings(), null)
    const weights = 134_515_008 * 4
    expect(plan).toMatchObject({
      parameters: 134_515_008,
      weightsBytes: weights,
      referenceBytes: weights,
      gradientBytes: weights,
      optimizerBytes: 2 * weights,
    })
    const lasting = 5 * weights + plan.processBytes
    expect(plan.totalBytes).toBe(lasting + Math.max(plan.activationBytes, plan.generationBytes + plan.kvCacheBytes))
    const without = memoryPlan(model, settings({ 'kl.coef': 0, 'kl.monitor': false }), null)
    expect(without.referenceBytes).toBe(0)
    expect(without.totalBytes).toBeLessThan(plan.totalBytes - 0.9 * weights)
    const voting = memoryPlan(model, settings({ 'reward.kind': 'frozen-vote' }), null)
    expect([plan.baseBytes, voting.baseBytes]).toEqual([0, weights])
    expect(voting.totalBytes).toBeGreaterThan(plan.totalBytes + 0.9 * weights)
    expect(memoryText(voting)).toMatch(/^base +513\.1 MiB, which votes/m)
  })

  it('counts the cache in blocks of 32 tokens: two prompts of 256, 16 tails of 32', () => {
    const work = workingSet(model, settings())
    expect(kvCacheNeed(work, settings())).toBe((2 * 256 + 16 * 32) * 2 * 30 * 3 * 64 * 4)
  })

  it('counts the extra votes of a round where they are more than its votes', () => {
    const work = workingSet(model, settings())
    const need = (extraVotes: number): number =>
      kvCacheNeed(work, settings({ 'difficulty.minMargin': 2, 'reward.extraVotes': extraVotes }))
    expect(need(8)).toBe(need(0))
    expect(need(9)).toBe((2 * 256 + 18 * 32) * 2 * 30 * 3 * 64 * 4)
  })

  it('uses the config, and chooses what it leaves open', () => {
    const given = settings({ 'model.kvCacheGiB': 3, 'update.tokensPerMicroBatch': 777, 'update.checkpointing': true })
    expect(memoryPlan(model, given, null).chosen).toEqual({
      kvCacheGiB: 3,
      tokensPerMicroBatch: 777,
      checkpointing: true,
    })
    const { chosen } = memoryPlan(model, settings(), null)
    expect(chosen).toMatchObject({ checkpointing: false })
    expect(chosen.tokensPerMicroBatch).toBeGreaterThanOrEqual(384)
    expect(chosen.tokensPerMicroBatch).toBeLessThan(600)
    expect(withChosen(settings(), chosen).update).toMatchObject({
      tokensPerMicroBatch: chosen.tokensPerMicroBatch,
      checkpointing: false,
    })
  })

  it('recomputes layers in the backward pass if memory is short, and takes fewer tokens if it is shorter still', () => {
    const plenty = memoryPlan(model, settings(), null)
    const lasting = 5 * plenty.weightsBytes + plenty.processBytes
    const short = memoryPlan(model, settings(), (lasting + 180 * MiB) / 0.9)
    expect(short.chosen.checkpointing).toBe(true)
    expect(short.totalBytes).toBeLessThanOrEqual(lasting + 180 * MiB)
    expect(short.activationBytes).toBeLessThan(0.6 * plenty.activationBytes)
  })

  it('keeps more of a model whose windows are shorter than its positions, as its prompts are not shared', () => {
    const fixed = settings({ 'update.tokensPerMicroBatch': 512, 'update.checkpointing': false })
    const bytes = (window: number) => {
      const slidingWindows = new Int32Array(30).fill(window)
      return memoryPlan({ ...model, config: { ...config, slidingWindows } }, fixed, null).activationBytes
    }
    expect(bytes(8192)).toBe(bytes(0))
    expect(bytes(4096)).toBeGreaterThan(bytes(0))
  })

  it('keeps more on a GPU, in larger micro-batches', () => {
    const cuda = memoryPlan(model, settings({ 'model.device': 'cuda' }), 40 * 1024 * MiB)
    expect(cuda.processBytes).toBe(0)
    expect(cuda.chosen.tokensPerMicroBatch).toBeGreaterThan(2000)
    expect(cuda.totalBytes).toBeLessThan(40 * 1024 * MiB)
  })
})
