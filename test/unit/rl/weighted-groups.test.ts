import { expect, it } from 'vitest'
import { buildTrainBatch } from '../../../src/rl/train-batch.ts'
import { updatePolicy } from '../../../src/rl/update.ts'
import { at, config, randomEngine, recording, rewardedGroups, start } from './update-fixture.ts'

it('reward.weight multiplies a group in the loss, and nothing else', async () => {
  const { engine, losses } = recording(await randomEngine())
  // leads of 4, 1 and 0 of four voters: weights 1, 1/4 and 0
  const votes = [
    { votes: [4, 0], majorityShare: 1 },
    { votes: [2, 1], majorityShare: 1 / 2 },
    { votes: [2, 2], majorityShare: 1 / 2 },
  ] as const
  const groups = (await rewardedGroups(engine, 1)).map((group, g) => ({
    ...group,
    vote: { ...group.vote, ...votes[g] },
  }))
  const gradients: Float64Array[][] = []
  for (const weight of ['none', 'margin']) {
    const settings = config({ 'reward.weight': weight, 'kl.coef': 0, 'optimizer.lr': 0 })
    const batch = await buildTrainBatch(engine, groups, settings, at(settings))
    expect(batch.voteWeightMean).toBe(weight === 'none' ? null : 1.25 / 3)
    const norms: Float64Array[] = []
    for (const g of [0, 1, 2]) {
      const members = batch.sequences.slice(4 * g, 4 * g + 4)
      losses.length = 0
      const probe = { ...engine, step: async () => ({ gradNorm: 0, nonFinite: null }) }
      await updatePolicy(probe, members, settings, { ...start(settings), minibatches: [[0, 1, 2, 3]] })
      norms.push(await engine.gradientNorms())
      expect(losses[0]!.normalizer).toBe(members.reduce((sum, { advantages }) => sum + advantages.length, 0))
      await engine.step({ step: 1, lr: 0, beta1: 0, beta2: 0, eps: 1, weightDecay: 0, maxGradNorm: 0 }) // zeroes them
    }
    gradients.push(norms)
  }
  for (const [g, factor] of [1, 1 / 4, 0].entries()) {
    for (const [t, norm] of gradients[0]![g]!.entries()) {
      expect(norm).toBeGreaterThan(0.01)
      expect(gradients[1]![g]![t]).toBeCloseTo(norm * factor, 6)
    }
  }
})
