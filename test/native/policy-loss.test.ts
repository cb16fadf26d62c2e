import { beforeAll, describe, expect, it } from 'vitest'
import type { NativeEngine, PolicyLoss } from '../../src/native/types.ts'
import { packSequences, type TokenSequence } from '../../src/rollout/pack.ts'
import { adamw, maxGap } from '../contract/fixtures.ts'
import { openGolden, someTokens } from './golden-engine.ts'

const vocabulary = 300
const rows: readonly TokenSequence[] = [
  { tokens: someTokens(8, 1), promptLength: 3 },
  { tokens: someTokens(4, 40), promptLength: 1 },
  { tokens: someTokens(12, 7), promptLength: 8 },
]
const batch = packSequences(rows)
const actions = 5 + 3 + 4

// below, on both sides inside, and above the range [0.8, 1.28]; with either sign of the advantage
const ratios = [0.5, 0.5, 0.9, 0.9, 1, 1, 1.2, 1.2, 1.5, 1.5, 2, 0.3]
const advantages = Float32Array.of(1, -1, 2, -0.5, 1, -1, 0.7, -2, 1.5, -0.4, 0, 3)
const weights = Float32Array.of(1, 2, 0.5, 1, 1, 3, 0, 1, 1, 1, 2, 0.25)
const toReference = [0.3, -0.2, 0, 1, -1, 0.05, 0.4, -0.6, 0.1, 0.2, -0.3, 0.7] // reference - policy, nats

async function lossOf(engine: NativeEngine, over: Partial<PolicyLoss> = {}) {
  const temperature = over.temperature ?? 1
  const logprobs = await engine.logprobs(batch, 'policy', temperature) // [A]
  const loss = {
    kind: 'policy',
    advantages,
    oldLogprobs: logprobs.map((logprob, i) => logprob - Math.log(ratios[i]!)),
    referenceLogprobs: logprobs.map((logprob, i) => logprob + toReference[i]!),
    weights,
    clipLow: 0.2,
    clipHigh: 0.28,
    temperature,
    klCoef: 0.1,
    klEstimator: 'k3',
    normalizer: 7,
    ...over,
  } satisfies PolicyLoss
  return { logprobs, loss }
}

/** One token's loss and its derivative by the token's log-prob, from the definitions. */
function token(loss: PolicyLoss, logprob: number, i: number) {
  const ratio = Math.exp(logprob - loss.oldLogprobs[i]!)
  const advantage = loss.advantages[i]!
  const bounded = Math.min(Math.max(ratio, 1 - loss.clipLow), 1 + loss.clipHigh)
  const isCispo = loss.surrogate === 'cispo'
  const clipped = isCispo ? bounded !== ratio : bounded * advantage < ratio * advantage
  const behind = logprob - loss.referenceLogprobs![i]!
  const kl = { k1: behind, k2: behind ** 2 / 2, k3: Math.exp(-behind) - 1 + behind }[loss.klEstimator]
  const klSlope = { k1: 1, k2: behind, k3: 1 - Math.exp(-behind) }[loss.klEstimator]
  const surrogate = isCispo ? -bounded * advantage * logprob : -Math.min(ratio * advantage, bounded * advantage)
  const surrogateSlope = isCispo ? -bounded * advantage : clipped ? 0 : -ratio * advantage
  const weight = loss.klByRatio ? ratio : 1
  // the gradient of the present policy's KL from the old policy's samples: k1 and k3 through the ratio, k2 not
  const through = loss.klByRatio && loss.klEstimator !== 'k2' ? ratio * kl : 0
  const value = surrogate + loss.klCoef * weight * kl
  const slope = surrogateSlope + loss.klCoef * (weight * klSlope + through)
  return { value: value * loss.weights![i]!, slope: slope * loss.weights![i]!, kl, clipped, ratio }
}

/** Entropy of the next token at every action position, summed, from scoring the whole vocabulary. */
async function entropySum(engine: NativeEngine, temperature: number): Promise<number> {
  const prefixes = rows.flatMap(({ tokens, promptLength }) =>
    Array.from({ length: tokens.length - promptLength }, (_, i) => tokens.slice(0, promptLength + i)),
  )
  const every = prefixes.flatMap((prefix) =>
    Array.from({ length: vocabulary }, (_, id) => ({
      tokens: Int32Array.of(...prefix, id),
      promptLength: prefix.length,
    })),
  )
  const logprobs = await engine.logprobs(packSequences(every), 'policy', temperature)
  return -logprobs.reduce((sum, logprob) => sum + Math.exp(logprob) * logprob, 0)
}

describe.each([
  ['fused kernels', false],
  ['tensor operations', true],
])('the policy loss, by %s', (_name, portableKernels) => {
  let engine: NativeEngine
  beforeAll(async () => {
    engine = await openGolden('llama-tied', { portableKernels })
  })
  const cleared = async () => {
    await engine.step(adamw({ lr: 0 }))
    expect(Math.max(...(await engine.gradientNorms()))).toBe(0)
  }

  it.each([
    ['k1', 1],
    ['k2', 0.7],
    ['k3', 1.6],
  ] as const)('reports what the definitions give, %s at temperature %d', async (klEstimator, temperature) => {
    const { logprobs, loss } = await lossOf(engine, { klEstimator, temperature })
    const tokens = Array.from(logprobs, (logprob, i) => token(loss, logprob, i))
    const stats = await engine.accumulate(batch, loss)
    expect(stats.tokens).toBe(actions)
    expect(stats.loss).toBeCloseTo(tokens.reduce((sum, { value }) => sum + value, 0) / 7, 5)
    expect(stats.klSum).toBeCloseTo(
      tokens.reduce((sum, { kl }) => sum + kl, 0),
      5,
    )
    // ratio 0.5 with advantage -1, and 1.5 with 1.5: the others are inside, or moving back in
    expect(tokens.flatMap(({ clipped }, i) => (clipped ? [i] : []))).toEqual([1, 8])
    expect(stats.clippedTokens).toBe(2)
    expect(stats.ratioMax).toBeCloseTo(2, 4)
    expect(Math.abs(stats.entropySum - (await entropySum(engine, temperature)))).toBeLessThan(1e-3)
    await cleared()
  })

  it('reports the loss of CISPO, and every token outside the range as clipped', async () => {
    const { logprobs, loss } = await lossOf(engine, { surrogate: 'cispo', klByRatio: true })
    const stats = await engine.accumulate(batch, loss)
    const tokens = Array.from(logprobs, (logprob, i) => token(loss, logprob, i))
    expect(stats.loss).toBeCloseTo(tokens.reduce((sum, { value }) => sum + value, 0) / 7, 5)
    expect(stats.clippedTokens).toBe(6) // ratios 0.5, 0.5, 1.5, 1.5, 2 and 0.3
    await cleared()
  })

  it('takes the entropy bonus from the loss', async () => {
    const { loss } = await lossOf(engine)
    const plain = await engine.accumulate(batch, loss)
    await cleared()
    const bonus = await engine.accumulate(batch, { ...loss, weights: undefined!, entropyCoef: 0.25 })
    const without = await engine.accumulate(batch, { ...loss, weights: undefined! })
    expect(bonus.loss).toBeCloseTo(without.loss - (0.25 * plain.entropySum) / 7, 5)
    await cleared()
  })

  it('reports numbers worked out by hand', async () => {
    const { loss } = await lossOf(engine, { klEstimator: 'k1', klCoef: 0.5 })
    const stats = await engine.accumulate(batch, loss)
    // -min(ratio A, clip(ratio) A) times weight, token by token
    const surrogate = [-0.5, 2 * 0.8, 0.5 * -1.8, 0.45, -1, 3, 0, 2.4, -1.28 * 1.5, 0.6, 0, 0.25 * -0.9]
    const k1 = [-0.3, 2 * 0.2, 0, -1, 1, 3 * -0.05, 0, 0.6, -0.1, -0.2, 2 * 0.3, 0.25 * -0.7]
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
    expect(stats.loss).toBeCloseTo((sum(surrogate) + 0.5 * sum(k1)) / 7, 5)
    expect(stats.klSum).toBeCloseTo(-sum(toReference), 5)
    await cleared()
  })

  it.each([
    ['k1', {}],
    ['k2', {}],
    ['k3', {}],
    ['k1', { klByRatio: true }],
    ['k2', { klByRatio: true }],
    ['k3', { klByRatio: true }],
    ['k3', { surrogate: 'cispo' }],
  ] as const)('has the gradient of the definitions, %s %j', async (klEstimator, over) => {
    const { logprobs, loss } = await lossOf(engine, { klEstimator, ...over })
    const slopes = Float32Array.from(logprobs, (logprob, i) => token(loss, logprob, i).slope)
    await engine.accumulate(batch, loss)
    const norms = await engine.gradientNorms()
    expect(Math.min(...norms)).toBeGreaterThan(0)
    // the likelihood's gradient, weighted by the slopes, is its exact opposite: nothing may be left of the sum
    await engine.accumulate(batch, { kind: 'nll', weights: slopes, normalizer: 7 })
    expect(
      maxGap(
        await engine.gradientNorms(),
        norms.map(() => 0),
      ),
    ).toBeLessThan(1e-5 * Math.max(...norms))
    await cleared()
  })

  it.each([0.5, 1, 2])(
    'falls along its gradient as fast as the gradient is long, at temperature %d',
    async (temperature) => {
      const own = await openGolden('llama-tied', { portableKernels })
      const { loss } = await lossOf(own, { temperature })
      const before = await own.accumulate(batch, loss)
      // a huge epsilon makes AdamW's first step plain descent: lr / eps times the gradient
      const rate = 2e-4
      const { gradNorm } = await own.step(adamw({ lr: rate * 1e6, eps: 1e6 }))
      const after = await own.accumulate(batch, loss)
      const slope = (before.loss - after.loss) / (rate * gradNorm ** 2)
      expect(slope).toBeGreaterThan(0.95)
      expect(slope).toBeLessThan(1.05)
    },
  )

  it('adds micro-batches to the gradient of the whole batch, however they are cut', async () => {
    const { loss } = await lossOf(engine)
    const whole = await engine.accumulate(batch, loss)
    const norms = await engine.gradientNorms()
    await cleared()
    for (const cuts of [
      [[0], [1], [2]],
      [[2, 0], [1]],
    ]) {
      let sum = 0
      for (const group of cuts)
        sum += (await engine.accumulate(packSequences(group.map((i) => rows[i]!)), part(loss, group))).loss
      expect(sum).toBeCloseTo(whole.loss, 5)
      expect(maxGap(await engine.gradientNorms(), norms)).toBeLessThan(1e-5 * Math.max(...norms))
      // equal, not only as long: the opposite of the whole leaves nothing
      await engine.accumulate(batch, { ...loss, weights: weights.map((weight) => -weight) })
      expect(Math.max(...(await engine.gradientNorms()))).toBeLessThan(1e-5 * Math.max(...norms))
      await cleared()
    }
  })
})

/** The loss of some of the rows, in the order given. */
function part(
  loss: PolicyLoss & { weights: Float32Array; referenceLogprobs: Float32Array },
  group: readonly number[],
): PolicyLoss {
  const starts = [0, 5, 8, actions]
  const pick = (values: Float32Array) =>
    Float32Array.from(group.flatMap((i) => [...values.subarray(starts[i], starts[i + 1])]))
  return {
    ...loss,
    advantages: pick(loss.advantages),
    oldLogprobs: pick(loss.oldLogprobs),
    referenceLogprobs: pick(loss.referenceLogprobs),
    weights: pick(loss.weights),
  }
}
