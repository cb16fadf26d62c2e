import { describe, expect, it } from 'vitest'
import { flipRate } from '../../../src/guard/flips.ts'
import { distinctN, eosRate, sameAnswerShare } from '../../../src/guard/signals.ts'
import type { RewardedGroup } from '../../../src/rollout/group.ts'

const group = (text: string, majority: string | null, finish = 'stop'): RewardedGroup => ({
  question: { id: text, text, source: 'self' },
  promptTokens: Int32Array.of(1),
  responses: ['stop', finish].map((finishReason) => ({
    tokens: Int32Array.of(1),
    logprobs: Float32Array.of(0),
    text: '',
    finishReason: finishReason as 'stop',
  })),
  vote: {
    rewards: Float32Array.of(1, 0),
    answers: [majority, null],
    majority,
    majorityShare: 0.5,
    votes: [1, 0] as const,
    classes: 1,
    answerless: 1,
    timeouts: 0,
  },
  masks: null,
  right: null,
  step: 1,
})

describe('sameAnswerShare', () => {
  it('is the share of the most common majority, over different questions', () => {
    expect(sameAnswerShare([group('a', '7'), group('b', '7'), group('c', '7'), group('d', '2')])).toBe(0.75)
    const twice = [group('a', '7'), group('a', '7'), group('b', '1'), group('c', '2'), group('d', '3')]
    expect(sameAnswerShare(twice)).toBe(0.25)
  })

  it('is null for few questions, or for questions without a vote', () => {
    expect(sameAnswerShare([group('a', '7'), group('b', '7'), group('c', '7')])).toBeNull()
    expect(sameAnswerShare(['a', 'b', 'c', 'd', 'e'].map((text) => group(text, null)))).toBeNull()
  })
})

describe('distinctN', () => {
  it('is the share of distinct word pairs', () => {
    // "what is", "is 1" twice, "what is", "is 2": 3 of 4 different
    expect(distinctN(['What is 1', 'what  is 2'], 2)).toBe(0.75)
    expect(distinctN(['a b c', 'a b c'], 2)).toBe(0.5)
    expect(distinctN(['a b', 'c d'], 1)).toBe(1)
    expect(distinctN(['a'], 2)).toBeNull()
    expect(distinctN([], 2)).toBeNull()
  })
})

describe('eosRate', () => {
  it('counts responses that ended by themselves', () => {
    expect(eosRate([group('a', '1'), group('b', '1', 'length')])).toBe(0.75)
  })
})

describe('flipRate', () => {
  const differ = async (): Promise<boolean> => false

  it('compares with the previous visit, and remembers this one', async () => {
    const first = await flipRate([group('a', '1'), group('b', '2')], [], differ)
    expect(first).toEqual({
      rate: null,
      majorities: [
        ['a', '1'],
        ['b', '2'],
      ],
    })
    const second = await flipRate([group('a', '1'), group('b', '3'), group('c', '4')], first.majorities, differ)
    expect(second.rate).toBe(0.5)
    expect(second.majorities).toEqual([
      ['a', '1'],
      ['b', '3'],
      ['c', '4'],
    ])
    expect((await flipRate([group('b', '2')], second.majorities, differ)).rate).toBe(1)
  })

  it('compares differing texts as answers; no answer counts as a different one', async () => {
    const asked: string[] = []
    const same = async (a: string, b: string): Promise<boolean> => asked.push(`${a} ${b}`) > 0
    const { rate } = await flipRate(
      [group('a', '0.5'), group('b', null), group('c', null)],
      [
        ['a', '1/2'],
        ['b', '1'],
        ['c', null],
      ],
      same,
    )
    expect(rate).toBeCloseTo(1 / 3, 12)
    expect(asked).toEqual(['1/2 0.5'])
  })

  it('forgets the oldest', async () => {
    const many = Array.from({ length: 9000 }, (_, i) => [`q${i}`, '1'] as [string, string])
    const { majorities } = await flipRate([group('q0', '1')], many, differ)
    expect(majorities.length).toBe(8192)
    expect(majorities.at(-1)).toEqual(['q0', '1'])
    expect(majorities[0]).toEqual(['q809', '1'])
  })
})
