import { describe, expect, it } from 'vitest'
import type { PolicyLoss } from '../../../src/native/types.ts'
import { config, minibatches, randomEngine, recording, update } from './update-fixture.ts'

describe('the settings of the surrogate', () => {
  it('reach the loss', async () => {
    const { engine, losses } = recording(await randomEngine())
    const over = { 'kl.place': 'loss', 'update.surrogate': 'cispo', 'update.entropyCoef': 0.01 }
    await update(engine, config({ ...over, 'kl.byRatio': true }))
    expect(losses[0]).toMatchObject({ surrogate: 'cispo', entropyCoef: 0.01, klByRatio: true, klEstimator: 'k1' })
    const { engine: other, losses: plain } = recording(await randomEngine())
    await update(other, config({}))
    expect(plain[0]).toMatchObject({ surrogate: 'ppo', entropyCoef: 0, klByRatio: true, klCoef: 0 })
  })

  it('take the ratio of responses from the present policy', async () => {
    const { engine, losses } = recording(await randomEngine())
    const over = {
      'update.ratio': 'sequence',
      'update.lossMean': 'sequence',
      'update.sequencesPerStep': 6,
      'optimizer.lr': 0.3,
    }
    const { batch, stats } = await update(engine, config({ ...over, 'kl.coef': 0 }))
    expect(losses.length).toBe(2)
    const planned = minibatches(config(over)).map((rows) => rows.flatMap((i) => [...batch.sequences[i]!.advantages]))
    const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b)
    const [first, second] = losses
    expect(sorted(first!.advantages)).toEqual(sorted(planned[0]!)) // the ratio is 1, exactly
    expect(sorted(second!.advantages)).not.toEqual(sorted(planned[1]!))
    expect(stats.ratioMax).toBeGreaterThan(1)
  })
})

describe('the mean of the loss', () => {
  it('is over responses, each divided by its length or by a constant', async () => {
    for (const [lossMean, normalizer] of [
      ['sequence', 12],
      ['constant', 12 * 4], // rollout.maxNewTokens
    ] as const) {
      const { engine, losses } = recording(await randomEngine())
      const { batch } = await update(engine, config({ 'update.lossMean': lossMean }))
      expect(losses[0]!.normalizer).toBe(normalizer)
      const lengths = batch.sequences.map((sequence) => sequence.advantages.length)
      const weightOf = ({ weights, advantages }: PolicyLoss) => weights?.reduce((a, b) => a + b, 0) ?? advantages.length
      const total = losses.reduce((sum, loss) => sum + weightOf(loss), 0)
      if (lossMean === 'sequence')
        expect(total).toBeCloseTo(lengths.length, 5) // each response weighs 1
      else expect(losses[0]!.weights).toBeUndefined()
    }
  })
})
