// A token that is masked has the weight 0: nothing of its own may be left in the gradient. A mask that leaves out the
// beginning, the middle or the end of responses has the gradient of a batch made by hand without it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/resolve.ts'
import type { NativeEngine, PolicyLoss } from '../../src/native/types.ts'
import { createRandom } from '../../src/random.ts'
import { planMinibatches } from '../../src/rl/minibatches.ts'
import { buildTrainBatch } from '../../src/rl/train-batch.ts'
import { updatePolicy } from '../../src/rl/update.ts'
import type { ResponseMask, RewardedGroup } from '../../src/rollout/group.ts'
import { packSequences, type TokenSequence } from '../../src/rollout/pack.ts'
import { adamw } from '../contract/fixtures.ts'
import { fakeGroup } from '../support/fake-group.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { openGolden, someTokens } from './golden-engine.ts'

const rows: readonly TokenSequence[] = [
  { tokens: someTokens(11, 1), promptLength: 3 },
  { tokens: someTokens(7, 40), promptLength: 1 },
  { tokens: someTokens(14, 7), promptLength: 8 },
]
const lengths = rows.map(({ tokens, promptLength }) => tokens.length - promptLength) // 8, 6, 6

/** What of a row [A] is kept by hand, as [from, to). */
type Part = (length: number) => readonly [from: number, to: number]

/** The loss of every action token of the rows; all that a token has is its own. */
async function wholeLoss(engine: NativeEngine): Promise<PolicyLoss & Required<Pick<PolicyLoss, 'referenceLogprobs'>>> {
  const random = createRandom(['masks'])
  const logprobs = await engine.logprobs(packSequences(rows), 'policy', 0.8)
  return {
    kind: 'policy',
    advantages: logprobs.map(() => 4 * random.float() - 2),
    oldLogprobs: logprobs.map((logprob) => logprob + random.float() - 0.5),
    referenceLogprobs: logprobs.map((logprob) => logprob + random.float() - 0.5),
    clipLow: 0.2,
    clipHigh: 0.28,
    temperature: 0.8,
    klCoef: 0.3,
    klEstimator: 'k3',
    entropyCoef: 0.2,
    normalizer: 5,
  }
}

const maskOf = (isTrained: (t: number, length: number) => boolean): Float32Array =>
  Float32Array.from(lengths.flatMap((length) => Array.from({ length }, (_, t) => Number(isTrained(t, length)))))

/** The rows cut to a part of their actions: what comes before it is prompt, what comes after it is not there. */
function byHand(loss: Awaited<ReturnType<typeof wholeLoss>>, part: Part, weight: number) {
  const starts = [0, lengths[0]!, lengths[0]! + lengths[1]!]
  const pick = (values: Float32Array): Float32Array =>
    Float32Array.from(
      lengths.flatMap((length, i) => {
        const [from, to] = part(length)
        return [...values.subarray(starts[i]! + from, starts[i]! + to)]
      }),
    )
  const batch = packSequences(
    rows.map(({ tokens, promptLength }, i) => {
      const [from, to] = part(lengths[i]!)
      return { tokens: tokens.slice(0, promptLength + to), promptLength: promptLength + from }
    }),
  )
  const advantages = pick(loss.advantages)
  const picked = {
    advantages,
    oldLogprobs: pick(loss.oldLogprobs),
    referenceLogprobs: pick(loss.referenceLogprobs),
    weights: new Float32Array(advantages.length).fill(weight),
  }
  return { batch, loss: { ...loss, ...picked } }
}

describe.each([
  ['fused kernels', false],
  ['tensor operations', true],
])('a mask, by %s', (_name, portableKernels) => {
  let engine: NativeEngine
  beforeAll(async () => {
    engine = await openGolden('llama-tied', { portableKernels })
  })

  /** What has been accumulated, as bytes: AdamW's first moment with beta1 = 0. */
  async function gradientBytes(): Promise<Buffer> {
    await engine.step(adamw({ lr: 0, beta1: 0 }))
    const path = join(await tempFolder(), 'gradient')
    const tensors = engine.info.tensorNames.map((name) => `exp_avg/${name}`)
    await engine.exportTensors([{ path, header: new Uint8Array(0), tensors }])
    return readFile(path)
  }

  it('leaves not a bit of the masked tokens in the gradient', async () => {
    const loss = await wholeLoss(engine)
    const weights = maskOf((t) => t % 3 !== 1)
    const changed = (values: Float32Array, value: number) => values.map((own, i) => (weights[i] === 0 ? value : own))
    const stats = await engine.accumulate(packSequences(rows), { ...loss, weights })
    const gradient = await gradientBytes()
    const other = {
      ...loss,
      weights,
      advantages: changed(loss.advantages, 99),
      oldLogprobs: changed(loss.oldLogprobs, -0.1),
      referenceLogprobs: changed(loss.referenceLogprobs, -9),
    }
    const same = await engine.accumulate(packSequences(rows), other)
    expect(same.loss).toBe(stats.loss)
    expect((await gradientBytes()).equals(gradient)).toBe(true)
    await engine.accumulate(packSequences(rows), { ...other, weights: weights.map((_, i) => Number(i > 0)) })
    expect((await gradientBytes()).equals(gradient)).toBe(false)
  })

  const half = (length: number): number => length / 2
  it.each([
    ['end', (t, length) => t < half(length), [(length) => [0, half(length)]]],
    ['beginning', (t, length) => t >= half(length), [(length) => [half(length), length]]],
    ['middle', (t, length) => t < 2 || t >= length - 2, [() => [0, 2], (length) => [length - 2, length]]],
  ] as [string, (t: number, length: number) => boolean, Part[]][])(
    'of the %s of responses has the gradient of a batch made without it',
    async (_, isTrained, parts) => {
      const loss = await wholeLoss(engine)
      const weights = maskOf(isTrained)
      const masked = await engine.accumulate(packSequences(rows), { ...loss, weights })
      const norms = await engine.gradientNorms()
      let [sum, tokens] = [0, 0]
      for (const part of parts) {
        const cut = byHand(loss, part, -1) // the opposite: nothing may be left
        const stats = await engine.accumulate(cut.batch, cut.loss)
        sum -= stats.loss
        tokens += stats.tokens
      }
      expect(tokens).toBe(weights.filter((weight) => weight === 1).length)
      expect(sum).toBeCloseTo(masked.loss, 5)
      expect(Math.max(...(await engine.gradientNorms()))).toBeLessThan(1e-5 * Math.max(...norms))
      await engine.step(adamw({ lr: 0 }))
    },
  )
})

const settings = (over: Record<string, unknown>) =>
  resolveConfig(
    Object.entries({
      'rollout.samplesPerPrompt': 4,
      'rollout.promptsPerStep': 2,
      'rollout.maxNewTokens': 8,
      'update.sequencesPerStep': 4,
      'update.epochs': 2,
      'optimizer.lr': 1e-3,
      'optimizer.schedule': 'constant',
      'optimizer.warmup': 0,
      'kl.coef': 0,
      ...over,
    }).map(([key, value]) => ({ key, value, origin: 'test' })),
  )

/** Two groups of four responses of 8 tokens, trained on up to the half: by masks, or cut by hand. */
async function halvedGroups(engine: NativeEngine, how: 'masked' | 'cut'): Promise<RewardedGroup[]> {
  const groups: RewardedGroup[] = []
  for (const g of [0, 1]) {
    const group = fakeGroup({ rewards: [1, 0, 0, 1] })
    const promptTokens = someTokens(5, 30 * g)
    const responses = []
    for (const [i, response] of group.responses.entries()) {
      const tokens = someTokens(8, 100 * g + 11 * i)
      const sequence = { tokens: Int32Array.of(...promptTokens, ...tokens), promptLength: promptTokens.length }
      const logprobs = await engine.logprobs(packSequences([sequence]), 'policy', 1)
      const kept = how === 'cut' ? 4 : 8
      responses.push({ ...response, tokens: tokens.slice(0, kept), logprobs: logprobs.slice(0, kept) })
    }
    const masks: ResponseMask[] | null =
      how === 'cut' ? null : responses.map(() => Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 0))
    groups.push({ ...group, promptTokens, responses, masks })
  }
  return groups
}

it.each([
  ['Reinforce++', {}],
  ['GRPO, mean over responses', { 'advantage.estimator': 'grpo', 'update.lossMean': 'sequence' }],
  [
    'KL in the loss, entropy bonus',
    { 'kl.coef': 0.2, 'kl.place': 'loss', 'kl.estimator': 'k3', 'update.entropyCoef': 0.1 },
  ],
  [
    'GSPO',
    { 'update.ratio': 'sequence', 'update.lossMean': 'sequence', 'update.clipLow': 1e-3, 'update.clipHigh': 1e-3 },
  ],
])('whole updates with the ends masked are those of responses cut by hand: %s', async (_, over) => {
  const config = settings(over)
  const results: Float32Array[] = []
  const losses: number[] = []
  const probe = packSequences([{ tokens: someTokens(20, 5), promptLength: 1 }])
  for (const how of ['masked', 'cut', 'none'] as const) {
    const engine = await openGolden('llama-tied', { reference: true })
    const groups = await halvedGroups(engine, how === 'cut' ? 'cut' : 'masked')
    const given = how === 'none' ? groups.map((group) => ({ ...group, masks: null })) : groups
    const plan = {
      step: 1,
      klCoef: config.kl.coef,
      minibatches: planMinibatches([4, 4], config.update, createRandom(['masks'])),
    }
    const batch = await buildTrainBatch(engine, given, config, plan)
    const stats = await updatePolicy(engine, batch.sequences, config, { ...plan, optimizerStep: 0, trainingStep: 0 })
    expect(stats.tokensTrained).toBe(2 * 8 * (how === 'none' ? 8 : 4))
    results.push(await engine.logprobs(probe, 'policy', 1))
    losses.push(stats.loss)
  }
  const gap = (a: Float32Array, b: Float32Array): number => Math.max(...a.map((value, t) => Math.abs(value - b[t]!)))
  const [masked, cut, none] = results as [Float32Array, Float32Array, Float32Array]
  expect(losses[0]).toBeCloseTo(losses[1]!, 5)
  expect(gap(masked, none)).toBeGreaterThan(0.01)
  expect(gap(masked, cut)).toBeLessThan(0.01 * gap(masked, none))
})
