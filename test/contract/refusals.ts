import { expect, it } from 'vitest'
import type { Loss, OptimizerParams, PolicyLoss, SequenceBatch } from '../../src/native/types.ts'
import { packSequences } from '../../src/rollout/pack.ts'
import { actionTokens, adamw, type EngineUnderTest, policyLoss, sequences } from './fixtures.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

/** A call refused with code ARGUMENT changes nothing. */
export function describeRefusals(fresh: () => Promise<EngineUnderTest>): void {
  const batch = packSequences(sequences)

  it('keeps accumulated gradients when a batch or a loss is refused', async () => {
    const { engine, vocabSize } = await fresh()
    const loss = await policyLoss(engine, sequences)
    await engine.accumulate(batch, loss)
    const norms = await engine.gradientNorms()
    expect(Math.max(...norms)).toBeGreaterThan(0)
    const refused: [string, SequenceBatch, Loss][] = [
      ['too few advantages', batch, { ...loss, advantages: new Float32Array(1) }],
      ['a token outside the vocabulary', { ...batch, tokens: batch.tokens.map(() => vocabSize) }, loss],
      ['a prompt longer than its sequence', { ...batch, promptLengths: Int32Array.of(6, 1, 3) }, loss],
      ['KL without a reference', batch, { ...loss, klCoef: 0.1 }],
    ]
    for (const [what, wrong, wrongLoss] of refused) {
      await expect(engine.accumulate(wrong, wrongLoss), what).rejects.toMatchObject({ code: 'ARGUMENT' })
      expect(await engine.gradientNorms(), what).toEqual(norms)
    }
  })

  it('refuses an unknown KL estimator, and numbers that would make every gradient 0 or NaN', async () => {
    const { engine } = await fresh()
    const loss = await policyLoss(engine, sequences)
    const changes: Partial<Record<keyof PolicyLoss, unknown>>[] = [
      { klEstimator: 'k4' },
      { klEstimator: undefined },
      { normalizer: infinity },
      { normalizer: nan },
      { normalizer: -1 },
      { clipLow: nan },
      { clipHigh: -0.1 },
      { clipHigh: infinity },
      { klCoef: nan },
      { klCoef: -1, referenceLogprobs: new Float32Array(actionTokens) },
      { temperature: nan },
      { temperature: 0 },
    ]
    for (const change of changes) {
      const wrong = { ...loss, ...change } as PolicyLoss
      await expect(engine.accumulate(batch, wrong), JSON.stringify(change)).rejects.toMatchObject({ code: 'ARGUMENT' })
    }
    expect(Math.max(...(await engine.gradientNorms()))).toBe(0)
    await expect(engine.accumulate(batch, { kind: 'nll', normalizer: infinity })).rejects.toMatchObject({
      code: 'ARGUMENT',
    })
  })

  it('refuses optimizer settings that would destroy the weights, and keeps weights and gradients', async () => {
    const { engine } = await fresh()
    const before = await engine.logprobs(batch, 'policy', 1)
    await engine.accumulate(batch, { kind: 'nll', normalizer: actionTokens })
    const norms = await engine.gradientNorms()
    const changes: Partial<OptimizerParams>[] = [
      { step: 0 },
      { step: -1 },
      { step: 1.5 },
      { step: nan },
      { lr: nan },
      { lr: infinity },
      { lr: -1e-3 },
      { beta1: 1 },
      { beta1: -0.1 },
      { beta2: 1 },
      { beta2: nan },
      { eps: 0 },
      { eps: nan },
      { weightDecay: -1 },
      { weightDecay: nan },
      { maxGradNorm: -1 },
      { maxGradNorm: nan },
    ]
    for (const change of changes) {
      await expect(engine.step(adamw(change)), `${Object.entries(change)}`).rejects.toMatchObject({ code: 'ARGUMENT' })
    }
    expect(await engine.logprobs(batch, 'policy', 1)).toEqual(before)
    expect(await engine.gradientNorms()).toEqual(norms)
    // and the step that follows is the first
    const untouched = await fresh()
    await untouched.engine.accumulate(batch, { kind: 'nll', normalizer: actionTokens })
    for (const each of [engine, untouched.engine]) await each.step(adamw())
    expect(await engine.logprobs(batch, 'policy', 1)).toEqual(await untouched.engine.logprobs(batch, 'policy', 1))
  })
}
