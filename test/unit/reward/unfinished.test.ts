import { describe, expect, it } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { rewardGroup } from '../../../src/reward/kinds.ts'
import { overlongPenalty, trainedOn } from '../../../src/reward/unfinished.ts'
import { fakeChecker } from '../../support/fake-checker.ts'
import { fakeGroup } from '../../support/fake-group.ts'

const config = (unfinished: string, more: object = {}) =>
  configSchema.parse({ reward: { unfinished, ...more }, rollout: { maxNewTokens: 10 } })

describe('what cut-off responses teach', () => {
  const group = fakeGroup({ rewards: [1, 0, 0, 1], lengths: [4, 9, 10, 10], cutOff: [2, 3] })

  it('nothing by default: they leave the group', () => {
    expect(configSchema.parse({}).reward.unfinished).toBe('mask')
    const trained = trainedOn(group, config('mask'))
    expect(trained.responses).toEqual(group.responses.slice(0, 2))
    expect([...trained.vote.rewards]).toEqual([1, 0])
    expect(trained.vote.answers).toEqual(['1', '0'])
  })

  it('what other responses teach, where they vote', () => {
    expect(trainedOn(group, config('mask', { unfinishedVotes: true }))).toBe(group)
    expect(trainedOn(group, config('zero'))).toBe(group)
  })

  it('that the limit is near, by a penalty on the last tokens before it', () => {
    const trained = trainedOn(group, config('penalty', { overlongBuffer: 4 }))
    expect([...trained.vote.rewards]).toEqual([1, -0.75, -1, 0])
    expect([...trainedOn(group, config('penalty')).vote.rewards]).toEqual([1, -0.5, -1, 0]) // a fifth: 2 tokens
    expect([...group.vote.rewards]).toEqual([1, 0, 0, 1])
  })

  // equation 13 of arXiv 2503.14476 with L_max = 20480, L_cache = 4096
  it.each([
    [0, 0],
    [16384, 0],
    [16385, -1 / 4096],
    [18432, -0.5],
    [20480, -1],
    [20481, -1],
  ])('the penalty of %d tokens is %d', (length, penalty) => {
    expect(overlongPenalty(length, 20480, 4096)).toBe(penalty === 0 ? 0 : penalty)
  })
})

describe('the vote of a group with cut-off responses', () => {
  it('counts shares over those that may vote, and gives every response a reward', async () => {
    const group = fakeGroup({ rewards: [5, 5, 6, 5, 5, 5], cutOff: [3, 4] })
    const vote = await rewardGroup({ config: config('mask'), checker: fakeChecker, scorer: null }, group, 1)
    expect(vote).toMatchObject({ majority: '5', majorityShare: 0.75, classes: 2, answerless: 2 })
    expect(vote.answers).toEqual(['5', '5', '6', null, null, '5'])
    expect([...vote.rewards]).toEqual([1, 1, 0, 0, 0, 1])
  })

  it('has no majority where none may vote', async () => {
    const group = fakeGroup({ rewards: [5, 5], cutOff: [0, 1] })
    const vote = await rewardGroup({ config: config('zero'), checker: fakeChecker, scorer: null }, group, 1)
    expect(vote).toMatchObject({ majority: null, majorityShare: 0, answerless: 2 })
    expect([...vote.rewards]).toEqual([0, 0])
  })
})
