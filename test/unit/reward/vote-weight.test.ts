import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/random.ts'
import { chooseTrained } from '../../../src/reward/choose-trained.ts'
import { voteWeight } from '../../../src/reward/vote-weight.ts'
import { fakeGroup } from '../../support/fake-group.ts'

const weighed = (weight: 'none' | 'margin' | 'probability', top: number, runnerUp: number, voters: number): number => {
  const group = fakeGroup({ rewards: Array(voters).fill(0), votes: [top, runnerUp] })
  const vote = { ...group.vote, majorityShare: top / voters }
  return voteWeight({ ...group, vote }, { kind: 'majority', weight })
}

describe('the weight of a question', () => {
  it.each([
    // (top - runnerUp) / voters; P(X <= top) of Binomial(top + runnerUp + 1, 1/2), counted, and 2p - 1
    [5, 2, 8, 3 / 8, 2 * (219 / 256) - 1], // of 256, all but C(8,6) + C(8,7) + C(8,8) = 28 + 8 + 1
    [2, 1, 8, 1 / 8, 2 * (11 / 16) - 1], // 1 + 4 + 6 of 16
    [4, 0, 4, 1, 2 * (31 / 32) - 1], // all but one of 32
    [4, 0, 8, 1 / 2, 2 * (31 / 32) - 1], // four responses without an answer
    [3, 3, 8, 0, 0],
    [0, 0, 8, 0, 0], // nothing voted
  ])('%d to %d of %d voters: %d by margin, %d by probability', (top, runnerUp, voters, margin, probability) => {
    expect(weighed('margin', top, runnerUp, voters)).toBeCloseTo(margin, 12)
    expect(weighed('probability', top, runnerUp, voters)).toBeCloseTo(probability, 12)
    expect(weighed('none', top, runnerUp, voters)).toBe(1)
  })

  it('is 1 where a known answer decides the rewards', () => {
    const { question, vote } = fakeGroup({ rewards: [1, 0], votes: [1, 1] })
    const known = { question: { ...question, answer: '1' }, vote }
    expect(voteWeight(known, { kind: 'mixed', weight: 'margin' })).toBe(1)
    expect(voteWeight({ question, vote }, { kind: 'mixed', weight: 'margin' })).toBe(0)
  })

  it('is that of the whole vote, however many responses are trained on', () => {
    const group = fakeGroup({ rewards: [1, 1, 1, 0, 0, 1, 1, 0], votes: [5, 2] })
    const whole = { ...group, vote: { ...group.vote, majorityShare: 5 / 8 } }
    const part = chooseTrained(whole, 2, 'random', createRandom(['some']))
    expect(part.responses.length).toBe(2)
    expect(voteWeight(part, { kind: 'majority', weight: 'margin' })).toBeCloseTo(3 / 8, 12)
  })
})
