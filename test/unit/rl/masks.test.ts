// What a masked token counts in and what it does not, formula by formula: docs/method.md, "Masks".
import { describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/schema.ts'
import type { NativeEngine } from '../../../src/native/types.ts'
import { computeAdvantages, type Estimator } from '../../../src/rl/advantage.ts'
import { bySequenceRatio } from '../../../src/rl/sequence-ratio.ts'
import { buildTrainBatch } from '../../../src/rl/train-batch.ts'
import { updatePolicy } from '../../../src/rl/update.ts'
import type { ResponseMask, RewardedGroup } from '../../../src/rollout/group.ts'
import { packSequences } from '../../../src/rollout/pack.ts'
import { at, config, randomEngine, recording, rewardedGroups, start } from './update-fixture.ts'

const plain = { gamma: 1, klCoef: 0, rewardClip: [-10, 10] as const }
const rows = (advantages: readonly Float32Array[]): number[][] => advantages.map((row) => [...row])

describe('advantages', () => {
  it('are normalised over the tokens that are trained on', () => {
    // trained: 1, 1, 0, 0 (mean 0.5, variance 0.25); with the masked tokens the mean would be 2 / 5
    const group = {
      rewards: Float32Array.of(1, 0),
      lengths: [2, 3],
      kl: null,
      masks: [null, Uint8Array.of(1, 0, 1)],
    }
    const [masked] = computeAdvantages([group], { ...plain, estimator: 'reinforce++' })
    expect(rows(masked!)).toEqual([
      [1, 1],
      [-1, -1, -1],
    ])
  })

  it.each(['grpo', 'dr_grpo', 'reinforce++', 'rloo'] as Estimator[])(
    '%s: rewards count whatever is masked',
    (estimator) => {
      const group = { rewards: Float32Array.of(1, 0, 0, 1), lengths: [2, 2, 2, 2], kl: null }
      const half = [Uint8Array.of(1, 0), Uint8Array.of(0, 1), Uint8Array.of(1, 0), Uint8Array.of(0, 1)]
      const params = { ...plain, estimator }
      // a half of every response: the batch's mean and variance are the same too
      expect(computeAdvantages([{ ...group, masks: half }], params)).toEqual(computeAdvantages([group], params))
    },
  )

  it('keep the KL penalty of masked tokens, the discount and the last reward in the returns before them', () => {
    const group = {
      rewards: Float32Array.of(2, 0),
      lengths: [3, 1],
      kl: [Float32Array.of(1, 2, 3), Float32Array.of(0)],
      masks: [Uint8Array.of(1, 0, 0), null],
    }
    // dr_grpo: rewards 1 and -1; by hand: 1 - 0.3 = 0.7; 0.5 * 0.7 - 0.2 = 0.15; 0.5 * 0.15 - 0.1 = -0.025
    const [[first]] = computeAdvantages([group], { ...plain, estimator: 'dr_grpo', gamma: 0.5, klCoef: 0.1 }) as [
      Float32Array[],
    ]
    expect(first![2]).toBeCloseTo(0.7, 6)
    expect(first![1]).toBeCloseTo(0.15, 6)
    expect(first![0]).toBeCloseTo(-0.025, 6)
  })
})

describe('the ratio of a response', () => {
  const old = Float32Array.of(-1, -2, -0.5, -3)
  const mask = Uint8Array.of(1, 0, 1, 0)
  const member = {
    tokens: Int32Array.of(1, 2, 3, 4, 5),
    promptLength: 1,
    advantages: new Float32Array(4).fill(1.5),
    oldLogprobs: old,
    referenceLogprobs: null,
    importance: null,
    mask,
  }
  const range = { clipLow: 0.2, clipHigh: 0.3 }
  const current = Float32Array.of(-0.9, -9, -0.6, -0.01)

  it('is that of the tokens trained on', () => {
    const { ratioMax } = bySequenceRatio([member], [current], range)
    expect(ratioMax).toBeCloseTo(Math.exp((0.1 - 0.1) / 2), 6)
    const other = bySequenceRatio([member], [current.map((logprob, t) => (mask[t] === 1 ? logprob : -50))], range)
    expect(other.ratioMax).toBe(ratioMax)
  })

  it('has the gradient of the clipped loss by each of them, with the 1 / T of lossMean sequence', () => {
    const lossOf = (logprobs: Float32Array): number => {
      const s = Math.exp((logprobs[0]! - old[0]! + logprobs[2]! - old[2]!) / 2)
      return -Math.min(s * 1.5, Math.min(1.3, Math.max(0.8, s)) * 1.5)
    }
    const [{ advantages }] = bySequenceRatio([member], [current], range).sequences as [typeof member]
    for (const t of [0, 2]) {
      const side = (step: number) => Float32Array.from(current, (logprob, u) => logprob + (u === t ? step : 0))
      const slope = (lossOf(side(0.01)) - lossOf(side(-0.01))) / 0.02
      expect(-advantages[t]! / 2).toBeCloseTo(slope, 3)
    }
  })
})

/** With the k-th response masked by masks[k]; three groups of four. */
const withMasks = (groups: readonly RewardedGroup[], maskOf: (length: number) => ResponseMask): RewardedGroup[] =>
  groups.map((group) => ({ ...group, masks: group.responses.map(({ tokens }) => maskOf(tokens.length)) }))

/** The first half of each, rounded up; a response of one token as a whole. */
const firstHalf = (length: number): ResponseMask =>
  length === 1 || Uint8Array.from({ length }, (_, t) => Number(t < Math.ceil(length / 2)))

const cutToHalf = (groups: readonly RewardedGroup[]): RewardedGroup[] =>
  groups.map((group) => ({
    ...group,
    responses: group.responses.map((response) => {
      const half = Math.ceil(response.tokens.length / 2)
      return { ...response, tokens: response.tokens.slice(0, half), logprobs: response.logprobs.slice(0, half) }
    }),
  }))

/** With log-probabilities of sampling that training does not share: importance weights are then not 1. */
const sampledElsewhere = (groups: readonly RewardedGroup[]): RewardedGroup[] =>
  groups.map((group) => ({
    ...group,
    responses: group.responses.map((response, i) => ({
      ...response,
      logprobs: response.logprobs.map((logprob) => logprob - 0.1 * i),
    })),
  }))

async function train(engine: NativeEngine, groups: readonly RewardedGroup[], settings: Config) {
  const batch = await buildTrainBatch(engine, groups, settings, at(settings))
  return updatePolicy(engine, batch.sequences, settings, start(settings))
}

const probe = packSequences([{ tokens: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), promptLength: 1 }])
const weights = (engine: NativeEngine): Promise<Float32Array> => engine.logprobs(probe, 'policy', 1)

const noPenalty = { 'kl.coef': 0 }
const inLoss = { 'kl.place': 'loss', 'kl.estimator': 'k3', 'kl.coef': 0.5 }
const gspo = { ...noPenalty, 'update.ratio': 'sequence', 'update.lossMean': 'sequence' }
const several = { 'update.sequencesPerStep': 4, 'update.epochs': 3, 'update.clipLow': 0.05, 'update.clipHigh': 0.05 }

describe('an update with the ends of responses masked', () => {
  it.each([
    ['mean over tokens', noPenalty],
    ['mean over responses', { ...noPenalty, 'update.lossMean': 'sequence' }],
    ['constant', { ...noPenalty, 'update.lossMean': 'constant', 'advantage.estimator': 'dr_grpo' }],
    ['KL in the loss', inLoss],
    ['an entropy bonus', { ...noPenalty, 'update.entropyCoef': 0.2 }],
    ['importance weights', { ...noPenalty, 'update.importance': 'always', 'update.importanceCap': 1.5 }],
    ['one ratio per response', gspo],
    ['CISPO', { ...noPenalty, 'update.surrogate': 'cispo' }],
  ])('is that of responses cut there by hand: %s', async (_, over) => {
    const settings = config({ ...several, ...over })
    const [one, other, none] = await Promise.all([randomEngine(), randomEngine(), randomEngine()])
    const groups = sampledElsewhere(await rewardedGroups(one, 1))
    const masked = await train(one, withMasks(groups, firstHalf), settings)
    const cut = await train(other, cutToHalf(groups), settings)
    await train(none, groups, settings)
    expect(masked.tokensTrained).toBe(cut.tokensTrained)
    expect(masked.loss).toBeCloseTo(cut.loss, 5)
    const [got, expected, unmasked] = await Promise.all([weights(one), weights(other), weights(none)])
    for (const [t, value] of got.entries()) expect(value).toBeCloseTo(expected[t]!, 5)
    expect(Math.max(...got.map((value, t) => Math.abs(value - unmasked[t]!)))).toBeGreaterThan(1e-3) // they did count
  })
})

describe('masks inside responses', () => {
  const alternating = (length: number): ResponseMask =>
    length === 1 || Uint8Array.from({ length }, (_, t) => (t + 1) % 2)

  it.each([
    ['token', 'sum of tokens'],
    ['sequence', 'responses'],
    ['constant', 'responses * rollout.maxNewTokens'],
  ])('give the weights and the divisor of lossMean %s: %s', async (lossMean) => {
    const settings = config({ ...noPenalty, 'update.lossMean': lossMean, 'update.tokensPerMicroBatch': 10_000 })
    const { engine, losses } = recording(await randomEngine())
    const groups = withMasks(await rewardedGroups(engine, 1), alternating)
    const batch = await buildTrainBatch(engine, groups, settings, at(settings))
    const stats = await updatePolicy(engine, batch.sequences, settings, start(settings))
    const trained = groups.flatMap(({ responses }) => responses.map(({ tokens }) => Math.ceil(tokens.length / 2)))
    const total = trained.reduce((sum, n) => sum + n, 0)
    const divisor = { token: total, sequence: 12, constant: 12 * settings.rollout.maxNewTokens }[lossMean]!
    const all = losses.flatMap((loss) => [...loss.weights!])
    expect(losses.every((loss) => loss.normalizer === divisor)).toBe(true)
    expect(all.filter((weight) => weight > 0).length).toBe(total)
    const sum = all.reduce((a, b) => a + b, 0)
    expect(sum).toBeCloseTo(lossMean === 'sequence' ? 12 : total, 5) // each response weighs 1, or each token
    expect(stats.tokensTrained).toBe(total)
  })

  it('leave nothing of the masked tokens in the update: not a bit depends on what was theirs', async () => {
    const settings = config({ ...inLoss, 'update.entropyCoef': 0.1 })
    const results = []
    for (const changed of [false, true]) {
      const engine = await randomEngine()
      const groups = withMasks(await rewardedGroups(engine, 1), alternating)
      const { sequences } = await buildTrainBatch(engine, groups, settings, at(settings))
      const other = (values: Float32Array, mask: Uint8Array | null, value: number) =>
        values.map((own, t) => (mask?.[t] === 0 ? value : own))
      const given = sequences.map((sequence) => ({
        ...sequence,
        advantages: other(sequence.advantages, sequence.mask, 99),
        oldLogprobs: other(sequence.oldLogprobs, sequence.mask, -7),
        referenceLogprobs: other(sequence.referenceLogprobs!, sequence.mask, -3),
      }))
      await updatePolicy(engine, changed ? given : sequences, settings, start(settings))
      results.push(await weights(engine))
    }
    expect(results[1]).toEqual(results[0])
  })

  it('do not depend on how minibatches are cut into micro-batches', async () => {
    const results: Float32Array[] = []
    for (const tokensPerMicroBatch of [100_000, 12, 1]) {
      const engine = await randomEngine()
      const settings = config({ 'update.tokensPerMicroBatch': tokensPerMicroBatch, 'update.lossMean': 'sequence' })
      await train(engine, withMasks(await rewardedGroups(engine, 1), alternating), settings)
      results.push(await weights(engine))
    }
    for (const [t, value] of results[0]!.entries()) {
      expect(results[1]![t]).toBeCloseTo(value, 5)
      expect(results[2]![t]).toBeCloseTo(value, 5)
    }
  })

  it('change nothing where they mask nothing', async () => {
    const results: Float32Array[] = []
    for (const mask of [null, true]) {
      const engine = await randomEngine()
      const groups = await rewardedGroups(engine, 1)
      await train(engine, mask === null ? groups : withMasks(groups, () => mask), config({}))
      results.push(await weights(engine))
    }
    expect(results[1]).toEqual(results[0])
  })
})
