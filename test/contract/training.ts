import { expect, it } from 'vitest'
import { packSequences } from '../../src/rollout/pack.ts'
import { actionTokens, adamw, type EngineUnderTest, maxGap, policyLoss, sequences } from './fixtures.ts'

export function describeTraining(fresh: () => Promise<EngineUnderTest>, tolerance: number): void {
  const batch = packSequences(sequences)

  it('accumulates micro-batches to the gradient of the whole batch', async () => {
    const { engine } = await fresh()
    const loss = await policyLoss(engine, sequences)
    const whole = await engine.accumulate(batch, loss)
    const wholeNorms = await engine.gradientNorms()
    await engine.step(adamw({ lr: 0 }))
    let summed = 0
    let tokens = 0
    for (const row of sequences) {
      const part = await policyLoss(engine, [row], { normalizer: actionTokens })
      const stats = await engine.accumulate(packSequences([row]), part)
      summed += stats.loss
      tokens += stats.tokens
    }
    const norms = await engine.gradientNorms()
    expect(tokens).toBe(whole.tokens)
    expect(summed).toBeCloseTo(whole.loss, 5)
    const scale = Math.max(...wholeNorms)
    expect(maxGap(norms, wholeNorms)).toBeLessThan(1e-3 * scale)
  })

  it('reports loss and ratio of an on-policy batch', async () => {
    const { engine } = await fresh()
    const stats = await engine.accumulate(batch, await policyLoss(engine, sequences))
    expect(stats.tokens).toBe(actionTokens)
    expect(stats.loss).toBeCloseTo(-1, 3)
    expect(stats.ratioMax).toBeCloseTo(1, 3)
    expect(stats.clippedTokens).toBe(0)
    expect(stats.entropySum).toBeGreaterThan(0)
  })

  it.each([1, -1])('moves log-probabilities along advantages of %d', async (advantage) => {
    const { engine } = await fresh()
    const before = await engine.logprobs(batch, 'policy', 1)
    const loss = await policyLoss(engine, sequences, { advantages: new Float32Array(actionTokens).fill(advantage) })
    await engine.accumulate(batch, loss)
    const { gradNorm, nonFinite } = await engine.step(adamw({ lr: 1e-3 }))
    expect(gradNorm).toBeGreaterThan(0)
    expect(nonFinite).toBeNull()
    const after = await engine.logprobs(batch, 'policy', 1)
    const moved = after.reduce((sum, value, i) => sum + value - before[i]!, 0)
    expect(Math.sign(moved)).toBe(advantage)
  })

  it('counts clipped tokens, and gives them no gradient', async () => {
    const { engine } = await fresh()
    const now = await engine.logprobs(batch, 'policy', 1)
    const oldLogprobs = now.map((logprob) => logprob - 1) // ratio e
    const stats = await engine.accumulate(batch, await policyLoss(engine, sequences, { oldLogprobs }))
    expect(stats.clippedTokens).toBe(actionTokens)
    expect(stats.ratioMax).toBeCloseTo(Math.E, 2)
    expect(stats.loss).toBeCloseTo(-1.2, 4)
    expect(Math.max(...(await engine.gradientNorms()))).toBe(0)
  })

  it('adds a KL term that pulls towards the reference', async () => {
    const { engine } = await fresh()
    const advantages = new Float32Array(actionTokens)
    for (const klEstimator of ['k1', 'k2', 'k3'] as const) {
      const oldLogprobs = await engine.logprobs(batch, 'policy', 1)
      const referenceLogprobs = oldLogprobs.map((logprob) => logprob - 0.5)
      const kl = { k1: 0.5, k2: 0.125, k3: Math.exp(-0.5) - 0.5 }[klEstimator]
      const loss = { oldLogprobs, advantages, referenceLogprobs, klCoef: 0.1, klEstimator }
      const stats = await engine.accumulate(batch, await policyLoss(engine, sequences, loss))
      expect(stats.klSum).toBeCloseTo(kl * actionTokens, 2)
      expect(stats.loss).toBeCloseTo(0.1 * kl, 3)
      expect(Math.max(...(await engine.gradientNorms()))).toBeGreaterThan(0)
      await engine.step(adamw({ lr: 0 }))
    }
  })

  it('weighs tokens: weight 0 leaves no gradient', async () => {
    const { engine } = await fresh()
    const weights = new Float32Array(actionTokens)
    const stats = await engine.accumulate(batch, { kind: 'nll', normalizer: 1, weights })
    expect(stats.loss).toBe(0)
    expect(Math.max(...(await engine.gradientNorms()))).toBe(0)
  })

  it('computes nll as the mean negative log-probability, and learns the batch', async () => {
    const { engine } = await fresh()
    const logprobs = await engine.logprobs(batch, 'policy', 1)
    const losses: number[] = []
    for (let step = 1; step <= 20; step++) {
      losses.push((await engine.accumulate(batch, { kind: 'nll', normalizer: actionTokens })).loss)
      await engine.step(adamw({ step, lr: 5e-2 }))
    }
    expect(losses[0]).toBeCloseTo(-logprobs.reduce((sum, value) => sum + value, 0) / actionTokens, 3)
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.9)
  })

  it('changes no log-probability when the learning rate is 0', async () => {
    const { engine } = await fresh()
    const before = await engine.logprobs(batch, 'policy', 1)
    for (let step = 1; step <= 3; step++) {
      await engine.accumulate(batch, { kind: 'nll', normalizer: actionTokens })
      await engine.step(adamw({ step, lr: 0, weightDecay: 0.1 }))
    }
    expect(await engine.logprobs(batch, 'policy', 1)).toEqual(before)
  })

  it('clips by the global norm, and reports the norm before', async () => {
    const { engine } = await fresh()
    await engine.accumulate(batch, { kind: 'nll', normalizer: actionTokens })
    const norms = await engine.gradientNorms()
    const { gradNorm } = await engine.step(adamw({ lr: 0, maxGradNorm: 1e-3 }))
    expect(norms.length).toBe(engine.info.tensorNames.length)
    expect(gradNorm).toBeCloseTo(Math.hypot(...norms), 4)
    expect(Math.max(...(await engine.gradientNorms()))).toBe(0)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses a gradient of %d, naming a tensor', async (value) => {
    const { engine } = await fresh()
    const before = await engine.logprobs(batch, 'policy', 1)
    const advantages = new Float32Array(actionTokens).fill(value)
    await engine.accumulate(batch, await policyLoss(engine, sequences, { advantages }))
    const { nonFinite } = await engine.step(adamw())
    expect(engine.info.tensorNames).toContain(nonFinite)
    expect(await engine.logprobs(batch, 'policy', 1)).toEqual(before)
    await engine.accumulate(batch, { kind: 'nll', normalizer: actionTokens })
    expect((await engine.step(adamw())).nonFinite).toBeNull()
  })

  it('keeps the reference frozen until syncReference', async () => {
    const { engine } = await fresh()
    const before = await engine.logprobs(batch, 'reference', 1)
    await engine.accumulate(batch, { kind: 'nll', normalizer: actionTokens })
    await engine.step(adamw({ lr: 5e-2 }))
    expect(await engine.logprobs(batch, 'reference', 1)).toEqual(before)
    await engine.syncReference()
    const [policy, reference] = [
      await engine.logprobs(batch, 'policy', 1),
      await engine.logprobs(batch, 'reference', 1),
    ]
    expect(maxGap(policy, reference)).toBeLessThan(tolerance)
    expect(maxGap(before, reference)).toBeGreaterThan(tolerance)
  })
}
