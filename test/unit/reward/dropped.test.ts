import { expect, it } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { difficultyOf } from '../../../src/reward/difficulty.ts'
import { rewardGroup } from '../../../src/reward/kinds.ts'
import type { ScoreRequest } from '../../../src/reward/scorer.ts'
import { fakeChecker } from '../../support/fake-checker.ts'
import { fakeGroup } from '../../support/fake-group.ts'

it('a question that the scoring module drops is not trained on', async () => {
  const config = configSchema.parse({ reward: { kind: 'module', scorer: 'x.mjs' } })
  const asked: ScoreRequest[] = []
  const scorer = {
    score: async (request: ScoreRequest) => {
      asked.push(request)
      return null
    },
    close: async () => {},
  }
  const group = fakeGroup({ rewards: [5, 5, 6, 6], lengths: [3, 4, 5, 6], cutOff: [3] })
  const vote = await rewardGroup({ config, checker: fakeChecker, scorer }, group, 1)
  expect(asked[0]).toMatchObject({ lengths: [3, 4, 5, 6], cutOff: [false, false, false, true] })
  expect(asked[0]!.logprobs.map((row) => row.length)).toEqual([3, 4, 5, 6])
  expect([...vote.rewards]).toEqual([0, 0, 0, 0])
  const open = configSchema.parse({ ...config, difficulty: { low: 0, high: 1 } })
  expect(difficultyOf({ ...group, vote }, open)).toBe('dropped')
  expect(difficultyOf({ ...group, vote: { ...vote, isDropped: false } }, open)).toBe('kept')
})
