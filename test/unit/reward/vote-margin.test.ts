import { describe, expect, it } from 'vitest'
import { createAnswerChecker } from '../../../src/answers/create-checker.ts'
import { configSchema } from '../../../src/config/schema.ts'
import { difficultyOf } from '../../../src/reward/difficulty.ts'
import { marginOf, modeProbability } from '../../../src/reward/vote-margin.ts'
import { fakeGroup } from '../../support/fake-group.ts'

const checker = await createAnswerChecker({ kind: 'math', tolerance: 0, module: null, timeLimitMs: 1000 })
const boxed = (...answers: string[]): string[] => answers.map((answer) => `It is \\boxed{${answer}}.`)

describe('the margin of a vote', () => {
  it.each([
    [
      ['1', '1', '1', '2', '2', '3'],
      [3, 2],
    ],
    [
      ['1', '1', '2', '2'],
      [2, 2],
    ],
    [
      ['1/2', '0.5', '50\\%', '7'],
      [3, 1],
    ],
    [
      ['4', '4'],
      [2, 0],
    ],
    [[], [0, 0]],
  ] as const)('counts the two largest answers: %j', async (answers, votes) => {
    const vote = await checker.vote(boxed(...answers))
    expect(vote.votes).toEqual(votes)
    expect(marginOf(vote)).toBe(votes[0] - votes[1])
  })

  // scipy.stats.beta.sf(0.5, top + 1, runnerUp + 1)
  it.each([
    [0, 0, 0.5],
    [4, 4, 0.5],
    [5, 4, 0.623046875],
    [6, 3, 0.828125],
    [8, 0, 0.998046875],
    [16, 0, 0.99999237060546875],
    [9, 7, 0.6854705810546875],
  ])('%d to %d votes: the majority is the mode with probability %d', (top, runnerUp, probability) => {
    expect(modeProbability({ votes: [top, runnerUp] })).toBeCloseTo(probability, 12)
  })
})

describe('an undecided question', () => {
  const tie = fakeGroup({ rewards: [1, 1, 1, 1, 0, 0, 0, 0], votes: [4, 4] })
  const verdict = (group: typeof tie, over: object) => difficultyOf(group, configSchema.parse(over))

  it('is not trained on, where the vote decides the rewards', () => {
    expect(verdict(tie, {})).toBe('undecided')
    expect(verdict({ ...tie, vote: { ...tie.vote, votes: [4, 2] } }, {})).toBe('kept')
    expect(verdict(tie, { difficulty: { minMargin: 0 } })).toBe('kept')
    expect(verdict(tie, { difficulty: { minMargin: 5 } })).toBe('undecided')
  })

  it('is judged by its known answer, where that decides', () => {
    const known = { ...tie, question: { ...tie.question, answer: '4' } }
    expect(verdict(tie, { reward: { kind: 'rule' } })).toBe('kept')
    expect(verdict(known, { reward: { kind: 'mixed' } })).toBe('kept')
    expect(verdict(tie, { reward: { kind: 'mixed' } })).toBe('undecided')
    expect(verdict(known, {})).toBe('undecided')
  })
})
