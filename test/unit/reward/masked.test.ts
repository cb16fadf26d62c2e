import { describe, expect, it } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { createRandom } from '../../../src/random.ts'
import { chooseTrained } from '../../../src/reward/choose-trained.ts'
import { difficultyOf } from '../../../src/reward/difficulty.ts'
import { masked } from '../../../src/reward/masked.ts'
import type { MaskRequest } from '../../../src/reward/masker.ts'
import { trainedOn } from '../../../src/reward/unfinished.ts'
import type { ResponseMask } from '../../../src/rollout/group.ts'
import { fakeGroup } from '../../support/fake-group.ts'
import { fakeModel } from '../../support/fake-model.ts'

const config = configSchema.parse({ reward: { mask: 'x.mjs' } })

async function maskWith(masks: ResponseMask[] | null, group = fakeGroup({ rewards: [1, 1, 0, 0], cutOff: [3] })) {
  const asked: MaskRequest[] = []
  const masker = {
    mask: async (request: MaskRequest) => {
      asked.push(request)
      return masks
    },
    close: async () => {},
  }
  const model = await fakeModel(false)
  const result = await masked({ config, masker, model }, group)
  await model.engine.close()
  return { asked, group, result, verdict: difficultyOf(result, config) }
}

describe('a masked group', () => {
  it('is asked about with rewards and tokens, and keeps its vote', async () => {
    const masks = [true, Uint8Array.of(1, 0, 1), false, true]
    const { asked, group, result, verdict } = await maskWith(masks)
    expect(asked[0]).toMatchObject({ rewards: group.vote.rewards, majority: '1', lengths: [3, 3, 3, 3] })
    expect(asked[0]!.ids[1]).toEqual(Int32Array.of(2, 2, 2))
    expect(asked[0]!.tokens[1]).toEqual(['\u0002', '\u0002', '\u0002'])
    expect(result).toEqual({ ...group, masks })
    expect(verdict).toBe('kept')
  })

  it('is trained on without the responses that are masked as a whole, or were cut off', async () => {
    const { result, group } = await maskWith([true, Uint8Array.of(1, 0, 1), false, true])
    const trained = trainedOn(result, config)
    expect(trained.responses).toEqual(group.responses.slice(0, 2))
    expect(trained.masks).toEqual([true, Uint8Array.of(1, 0, 1)])
    expect([...trained.vote.rewards]).toEqual([1, 1])
    const zero = configSchema.parse({ reward: { unfinished: 'zero' } })
    expect(trainedOn(result, zero).masks).toEqual([true, Uint8Array.of(1, 0, 1), true])
    const penalty = configSchema.parse({
      reward: { unfinished: 'penalty', overlongBuffer: 1 },
      rollout: { maxNewTokens: 3 },
    })
    expect([...trainedOn(result, penalty).vote.rewards]).toEqual([0, 0, -1]) // 1, 1 and 0, each minus 1 at the limit
    const one = chooseTrained(trained, 1, 'random', createRandom(['one']))
    expect(one.masks).toEqual([trained.masks![trained.responses.indexOf(one.responses[0]!)]])
  })

  it.each([
    ['null', null],
    ['nothing is left', [false, false, false, false]],
    ['only what was cut off is left', [false, false, false, true]],
  ])('is dropped: %s', async (_, masks) => {
    expect((await maskWith(masks)).verdict).toBe('dropped')
  })

  it('is not asked about outside the difficulty band', async () => {
    const { asked, result, group, verdict } = await maskWith(null, fakeGroup({ rewards: [1, 1, 1, 1] }))
    expect([asked, verdict]).toEqual([[], 'too-easy'])
    expect(result).toBe(group)
  })
})
