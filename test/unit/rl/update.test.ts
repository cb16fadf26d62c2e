import { describe, expect, it } from 'vitest'
import type { NativeEngine, PolicyLoss } from '../../../src/native/types.ts'
import { buildTrainBatch } from '../../../src/rl/train-batch.ts'
import { iterationSchedule, updatePolicy } from '../../../src/rl/update.ts'
import { packSequences } from '../../../src/rollout/pack.ts'
import { at, config, randomEngine, recording, rewardedGroups, start, update } from './update-fixture.ts'

const probe = packSequences([{ tokens: Int32Array.of(1, 2, 3, 4, 5, 6, 7), promptLength: 1 }])

describe('updatePolicy', () => {
  it('does not depend on how minibatches are cut into micro-batches', async () => {
    const results: Float32Array[] = []
    for (const tokensPerMicroBatch of [100_000, 12, 1]) {
      const engine = await randomEngine()
      const { stats } = await update(engine, config({ 'update.tokensPerMicroBatch': tokensPerMicroBatch }))
      expect(stats.optimizerSteps).toBe(1)
      results.push(await engine.logprobs(probe, 'policy', 1))
    }
    for (const [t, value] of results[0]!.entries()) {
      expect(results[1]![t]).toBeCloseTo(value, 5)
      expect(results[2]![t]).toBeCloseTo(value, 5)
    }
  })

  it('takes one optimizer step per minibatch and epoch, each with its own token count as normalizer', async () => {
    const { engine, losses, steps } = recording(await randomEngine())
    const settings = config({ 'update.sequencesPerStep': 5, 'update.epochs': 2, 'update.tokensPerMicroBatch': 10_000 })
    const { stats, batch } = await update(engine, settings)
    expect(steps.map((step) => step.step)).toEqual([1, 2, 3, 4, 5, 6]) // 5 + 5 + 2 sequences, twice
    const normalizers = losses.map((loss) => loss.normalizer).filter((value, i, all) => value !== all[i - 1])
    expect(normalizers).toEqual(steps.map((step) => step.tokens))
    const tokens = batch.sequences.reduce((sum, sequence) => sum + sequence.advantages.length, 0)
    expect(stats.tokensTrained).toBe(2 * tokens)
    expect(stats.optimizerSteps).toBe(6)
  })

  it('starts from a ratio of 1 when old log-probabilities are recomputed', async () => {
    const { stats } = await update(await randomEngine(), config({}))
    expect(stats.ratioMax).toBeCloseTo(1, 6) // float64 here against float32 log-probabilities
    expect(stats.clipFraction).toBe(0)
  })

  it('raises rewarded tokens', async () => {
    const engine = await randomEngine()
    const settings = config({ 'kl.coef': 0 })
    const groups = await rewardedGroups(engine, 1)
    const rewarded = groups.map((group) => ({
      tokens: Int32Array.from([...group.promptTokens, ...group.responses[0]!.tokens]),
      promptLength: 2,
    }))
    const sum = async () => (await engine.logprobs(packSequences(rewarded), 'policy', 1)).reduce((a, b) => a + b, 0)
    const before = await sum()
    await update(engine, settings)
    expect(await sum()).toBeGreaterThan(before)
  })

  it('skips a step whose gradient is not finite, without counting it', async () => {
    const engine = await randomEngine()
    let calls = 0
    const { engine: recorded, steps } = recording({
      ...engine,
      accumulate: (batch, loss) => {
        calls += 1
        const bad = { ...loss, advantages: (loss as PolicyLoss).advantages.map(() => Number.NaN) } as PolicyLoss
        return engine.accumulate(batch, calls === 1 ? bad : loss)
      },
    })
    const { stats } = await update(recorded, config({ 'update.sequencesPerStep': 4 }))
    expect(stats.skipped).toEqual(['bigram.table'])
    expect(stats.optimizerSteps).toBe(2)
    expect(steps.map((step) => step.step)).toEqual([1, 1, 2])
  })

  it('fails, naming the tensor, when no step could be taken', async () => {
    const engine = await randomEngine()
    const groups = await rewardedGroups(engine, 1)
    const settings = config({})
    const batch = await buildTrainBatch(engine, groups, settings, at(settings))
    const broken = batch.sequences.map((sequence) => ({
      ...sequence,
      advantages: sequence.advantages.map(() => Infinity),
    }))
    const progress = start(settings)
    await expect(updatePolicy(engine, broken, settings, progress)).rejects.toMatchObject({
      code: 'NOT_FINITE', // the user can act: exit 2
      message: expect.stringMatching(/bigram\.table is not finite.*lower optimizer\.lr/),
    })
  })

  it('puts KL into the loss if configured', async () => {
    const { engine, losses } = recording(await randomEngine())
    const { batch } = await update(engine, config({ 'kl.place': 'loss', 'kl.estimator': 'k3' }))
    expect(losses[0]!.klCoef).toBe(0.1)
    expect(losses[0]!.klEstimator).toBe('k3')
    expect(losses[0]!.referenceLogprobs!.length).toBe(losses[0]!.advantages.length)
    expect(batch.klMean).toBeCloseTo(0, 6)
  })
})

describe('importance correction', () => {
  const shifted = async (engine: NativeEngine, by: number) =>
    (await rewardedGroups(engine, 1)).map((group) => ({
      ...group,
      responses: group.responses.map((c) => ({ ...c, logprobs: c.logprobs.map((logprob) => logprob - by) })),
    }))

  it('weighs tokens by their probability ratio between training and sampling, up to the cap', async () => {
    const engine = await randomEngine()
    const settings = config({ 'update.importanceCap': 1.5 })
    const little = await buildTrainBatch(engine, await shifted(engine, 0.1), settings, at(settings))
    expect(little.mismatch!.mean).toBeCloseTo(0.1, 5)
    expect(little.mismatch!.share).toBe(1)
    expect(little.importanceMean).toBeCloseTo(Math.exp(0.1), 5)
    const much = await buildTrainBatch(engine, await shifted(engine, 0.9), settings, at(settings))
    expect(much.importanceMean).toBeCloseTo(1.5, 6)
    const { engine: recorded, losses } = recording(engine)
    await updatePolicy(recorded, much.sequences, settings, start(settings))
    expect(losses.every((loss) => loss.weights!.every((weight) => weight === 1.5))).toBe(true)
  })

  it('is off when the difference is rounding, or by setting', async () => {
    const engine = await randomEngine()
    for (const [by, importance] of [
      [0.001, 'auto'],
      [0.9, 'never'],
    ] as const) {
      const settings = config({ 'update.importance': importance })
      const batch = await buildTrainBatch(engine, await shifted(engine, by), settings, at(settings))
      expect(batch.importanceMean).toBeNull()
      expect(batch.sequences[0]!.importance).toBeNull()
    }
    const always = config({ 'update.importance': 'always' })
    const batch = await buildTrainBatch(engine, await shifted(engine, 0), always, at(always))
    expect(batch.importanceMean).toBeCloseTo(1, 6)
  })
})

describe('buildTrainBatch', () => {
  it('measures no mismatch between equal weights', async () => {
    const { batch } = await update(await randomEngine(), config({}))
    expect(batch.mismatch!.max).toBeLessThan(1e-6)
  })

  it('keeps sampling log-probabilities of groups left over from an earlier step', async () => {
    const engine = await randomEngine()
    const groups = await rewardedGroups(engine, 0)
    await engine.accumulate(probe, { kind: 'nll', normalizer: 1 })
    await engine.step({ step: 1, lr: 0.1, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, maxGradNorm: 0 })
    const batch = await buildTrainBatch(engine, groups, config({}), at(config({})))
    expect(batch.sequences[0]!.oldLogprobs).toEqual(groups[0]!.responses[0]!.logprobs)
    expect(batch.mismatch).toBeNull()
    const fresh = await buildTrainBatch(
      engine,
      groups.map((group) => ({ ...group, step: 1 })),
      config({}),
      at(config({})),
    )
    expect(fresh.mismatch!.max).toBeGreaterThan(1e-3)
  })

  it('with oldLogprobs auto recomputes all, unless the probed ones are those of sampling to the last bit', async () => {
    const asked: number[] = [] // sequences per call
    const engine = await randomEngine()
    const counted: NativeEngine = {
      ...engine,
      logprobs: (batch, weights, temperature) => {
        if (weights === 'policy') asked.push(batch.promptLengths.length)
        return engine.logprobs(batch, weights, temperature)
      },
    }
    const equal = await rewardedGroups(engine, 1)
    await buildTrainBatch(counted, equal, config({}), at(config({})))
    expect(asked.reduce((sum, n) => sum + n, 0)).toBe(8)
    // one token of the last probed response, by less than bfloat16 rounds
    const near = structuredClone(equal)
    near[1]!.responses[3]!.logprobs[0]! -= 1e-6
    asked.splice(0)
    const batch = await buildTrainBatch(counted, near, config({}), at(config({})))
    expect(asked.reduce((sum, n) => sum + n, 0)).toBe(8 + 12)
    expect(batch.sequences[7]!.oldLogprobs).toEqual(equal[1]!.responses[3]!.logprobs)
    expect(batch.mismatch!.max).toBeGreaterThan(0)
    expect(batch.mismatch!.max).toBeLessThan(1e-5)
  })

  it('asks for no reference when nothing needs it', async () => {
    const engine = await randomEngine()
    const groups = await rewardedGroups(engine, 1)
    const batch = await buildTrainBatch(engine, groups, config({ 'kl.coef': 0, 'kl.monitor': false }), at(config({})))
    expect(batch.klMean).toBeNull()
    expect(batch.sequences[0]!.referenceLogprobs).toBeNull()
  })
})

describe('iterationSchedule', () => {
  it('counts optimizer steps as the paper does: 125 steps of 256 responses, 16 at a time', () => {
    const paper = { 'rollout.promptsPerStep': 16, 'rollout.samplesPerPrompt': 16, 'update.sequencesPerStep': 16 }
    const schedule = iterationSchedule(config({ ...paper, 'train.steps': 125, 'optimizer.warmup': 0.03 }))
    expect(schedule.totalSteps).toBe(2000)
    expect(schedule.warmupSteps).toBe(60)
    const budget = iterationSchedule(config({ ...paper, 'train.steps': 999, 'train.instructions': 2000 }))
    expect(budget.totalSteps).toBe(2000)
  })
})
