import { describe, expect, it } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { type Forecast, forecast } from '../../../src/forecast/forecast.ts'
import { forecastText } from '../../../src/forecast/report.ts'
import { verdictOf } from '../../../src/forecast/verdict.ts'
import type { Group } from '../../../src/rollout/group.ts'
import { fakeChecker } from '../../support/fake-checker.ts'

const config = configSchema.parse({ rollout: { maxNewTokens: 50, samplesPerPrompt: 8 } })

/** "*": cut off; other characters are answers. */
const group = (answers: string, answer?: string): Group => ({
  question: { id: answers, text: 'How many?', source: 'seed', ...(answer === undefined ? {} : { answer }) },
  promptTokens: Int32Array.of(1),
  responses: Array.from(answers, (letter, i) => ({
    tokens: new Int32Array(letter === '*' ? 50 : i + 1),
    logprobs: new Float32Array(letter === '*' ? 50 : i + 1),
    text: letter === '*' ? '' : letter === '-' ? 'none' : letter,
    finishReason: letter === '*' ? 'length' : 'stop',
  })),
})

const repeated = (count: number, answers: string, answer: string): Group[] =>
  Array.from({ length: count }, () => group(answers, answer))

describe('a forecast', () => {
  it('counts what the vote of training would see', async () => {
    const groups = [
      group('11111222', '1'), // kept, right
      group('11111222', '2'), // kept, wrong
      group('33333333', '3'), // too easy
      group('12341234', '1'), // undecided
      group('1*******', '1'), // unfinished
      group('----5555', '5'),
    ]
    const found = await forecast({ config, checker: fakeChecker }, groups)
    expect(found).toMatchObject({
      questions: 6,
      samples: 8,
      verdicts: { kept: 3, 'too-easy': 1, 'too-hard': 0, undecided: 1, unfinished: 1 },
      cutOff: 7 / 48,
    })
    expect(found.answerless).toBeCloseTo(4 / 41)
    const { known } = found
    expect(known!.single!.mean).toBeCloseTo((5 / 8 + 3 / 8 + 1 + 2 / 8 + 1 + 4 / 8) / 6)
    expect(known!.vote.mean).toBeCloseTo(5 / 6)
    expect(known!.any.mean).toBe(1)
    expect(known!.kept).toEqual({ right: 2, of: 3 })
    // halves: 1 1, 1 1, 3 3, 1 1 (first of a tie), 1 none, none 5
    expect(found.stability).toEqual({ agree: 2, of: 4 })
    expect(found.lengths).toEqual({ median: 4, p90: 8 })
  })

  it('leaves questions none of whose answers end out of single answers and the gain, and counts them', async () => {
    const groups = [...repeated(10, '********', '1'), ...repeated(6, '11111111', '1'), ...repeated(6, '11112222', '1')]
    const { known } = await forecast({ config, checker: fakeChecker }, groups)
    expect(known).toMatchObject({ questions: 22, silent: 10 })
    expect(known!.single!.mean).toBeCloseTo(0.75, 12)
    expect(known!.vote.mean).toBeCloseTo(12 / 22, 12)
    // differences 0 six times, 0.5 six times: Student's with 11 degrees of freedom, 2.201 * 0.2611 / sqrt(12)
    expect(known!.gain![0]).toBeCloseTo(0.25 - 0.1659, 3)
    expect(known!.gain![1]).toBeCloseTo(0.25 + 0.1659, 3)
    const none = await forecast({ config, checker: fakeChecker }, repeated(10, '********', '1'))
    expect(none.known).toMatchObject({ silent: 10, single: null, gain: null })
    expect(forecastText(none, config)).toMatch(
      /single, of those that end not known[\s\S]*no answer to 10 of 10 questions ends[\s\S]*\n\nCannot tell what there is to hope for: .* no single one ends\. 0 questions with answers that end say nothing/,
    )
  })

  it('counts cut-off responses where they may vote', async () => {
    const reading = { ...config, reward: { ...config.reward, unfinishedVotes: true } }
    const { known } = await forecast({ config: reading, checker: fakeChecker }, [group('1*******', '1')])
    expect(known).toMatchObject({ silent: 0, single: { mean: 1 / 8 } })
  })

  it('takes no more independent samples of a single answer than there are', async () => {
    const few = await forecast({ config, checker: fakeChecker }, repeated(5, '12******', '1'))
    const many = await forecast({ config, checker: fakeChecker }, repeated(5, '11112222', '1'))
    expect(few.known!.single!.mean).toBe(many.known!.single!.mean)
    // Wilson's interval of 5 of 10 and of 20 of 40
    expect(few.known!.single!.interval[0]).toBeCloseTo(0.2366, 4)
    expect(many.known!.single!.interval[0]).toBeCloseTo(0.352, 4)
  })

  it('says so where no answer is known', async () => {
    const found = await forecast({ config, checker: fakeChecker }, [group('11112222'), group('11111122')])
    expect(found.known).toBeNull()
    expect(forecastText(found, config)).toMatch(
      /right answers {3}not known[\s\S]*No answers are known, so nothing here bounds/,
    )
  })
})

const estimate = (mean: number, low = mean - 0.05, high = mean + 0.05) => ({
  mean,
  interval: [low, high] as const,
  method: 'bootstrap' as const,
})

describe('the gain of the vote', () => {
  const found = async (groups: readonly Group[]) => {
    const all = await forecast({ config, checker: fakeChecker }, groups)
    return { gain: all.known!.gain, verdict: verdictOf(all, config)[0]! }
  }
  const cannotTell =
    /^Cannot tell what there is to hope for: the vote of 8 answers is right on 100 % .*, a single one that ends on 63 %\. /

  it('is not known from one question, nor from questions that are all alike', async () => {
    const one = await found([group('11111222', '1')])
    expect(one.gain).toBeNull()
    expect(one.verdict).toMatch(cannotTell)
    expect(one.verdict).toMatch(/1 question with answers that end says nothing about others: ask more/)
    for (const count of [2, 19, 40]) {
      const alike = await found(repeated(count, '11111222', '1'))
      expect(alike.gain).toBeNull()
      expect(alike.verdict).toMatch(cannotTell)
      expect(alike.verdict).toContain(`${count} questions on which the lead of the vote is the same say nothing`)
    }
    const heard = await found([group('11111222', '1'), ...repeated(5, '********', '1')])
    expect(heard.verdict).toMatch(/1 question with answers that end says nothing/)
  })

  it("is Student's of few questions: two that differ are no reason to hope", async () => {
    const two = await found([group('11111222', '1'), group('11111122', '1')])
    // differences 0.375 and 0.25: 0.3125 -+ 12.706 * 0.0884 / sqrt(2)
    expect(two.gain![0]).toBeCloseTo(0.3125 - 0.7941, 3)
    expect(two.gain![1]).toBeCloseTo(0.3125 + 0.7941, 3)
    expect(two.verdict).toMatch(/^There is little to hope for/)
    const nineteen = await found([...repeated(10, '11111222', '1'), ...repeated(9, '11111122', '1')])
    expect(nineteen.gain![0]).toBeCloseTo(0.2848, 3)
    expect(nineteen.verdict).toMatch(/^Training can hope for about 100 %/)
    const twenty = await found([...repeated(10, '11111222', '1'), ...repeated(10, '11111122', '1')])
    expect(twenty.gain![0]).toBeGreaterThan(0.28)
    expect(twenty.verdict).toMatch(/^Training can hope for about 100 %/)
  })

  it('does not count questions whose answers never end as wrong votes', async () => {
    const { verdict } = await found([
      ...repeated(10, '11111222', '1'),
      ...repeated(5, '11111122', '1'),
      ...repeated(30, '********', '1'),
    ])
    expect(verdict).toMatch(/^Training can hope for about 33 %: .* a single one that ends on 67 %, /)
  })
})

describe('its verdict', () => {
  const healthy: Forecast = {
    questions: 32,
    samples: 16,
    known: {
      questions: 32,
      silent: 0,
      single: estimate(0.47),
      vote: estimate(0.87),
      any: estimate(0.97),
      gain: [0.25, 0.55],
      kept: { right: 18, of: 20 },
    },
    verdicts: { kept: 20, 'too-easy': 8, 'too-hard': 1, undecided: 3, unfinished: 0 },
    cutOff: 0.02,
    lengths: { median: 23, p90: 31 },
    stability: { agree: 25, of: 31 },
    answerless: 0.01,
  }
  const known = healthy.known!
  const first = (over: Partial<Forecast>): string => verdictOf({ ...healthy, ...over }, config)[0]!

  it('hopes for what the vote knows', () => {
    expect(verdictOf(healthy, config)).toEqual([
      'Training can hope for about 87 %: the vote of 16 answers is right on 87 % of these questions, a single one that ends on ' +
        '47 %, and it is right for 18 of the 20 questions in the band. 97 % of the questions have a right answer among 16',
    ])
  })

  it('says so where the vote is not the reward', () => {
    const control = configSchema.parse({ reward: { kind: 'random' } })
    expect(verdictOf(healthy, control)[0]).toMatch(
      /^reward\.kind = random does not use the vote\. With the vote: Training can/,
    )
  })

  it('warns of votes that are mostly wrong', () => {
    const wrong = { ...known, vote: estimate(0.12), single: estimate(0.07), kept: { right: 2, of: 11 } }
    expect(first({ known: wrong })).toMatch(/^Training on votes will probably do harm: .*right for 2 of the 11/)
    const few = { ...wrong, kept: { right: 0, of: 1 } }
    expect(first({ known: few })).toMatch(/^Training on votes will probably do harm/)
  })

  it('does not call votes wrong on the word of a few questions', () => {
    // Wilson's interval of 4 of 9 is 18.9 to 73.3 %, that of 8 of 35 is 12.1 to 39.0 %
    const unclear = verdictOf({ ...healthy, known: { ...known, kept: { right: 4, of: 9 } } }, config)
    expect(unclear[0]).toMatch(/^Training can hope for about 87 %/)
    expect(unclear[1]).toBe(
      'In the band the vote is right for 4 of 9 questions, too few to tell whether it is mostly wrong there: ask more (--questions)',
    )
    expect(first({ known: { ...known, kept: { right: 8, of: 35 } } })).toMatch(/will probably do harm/)
  })

  it('sees no headroom, and nothing to learn from', () => {
    expect(first({ known: { ...known, single: estimate(0.85), gain: [-0.02, 0.06] } })).toMatch(
      /^There is little to hope for/,
    )
    expect(first({ verdicts: { ...healthy.verdicts, kept: 0 } })).toMatch(/^Training would find nothing to learn from/)
  })

  it('names the settings that will go wrong', () => {
    expect(verdictOf({ ...healthy, cutOff: 0.66 }, config)[1]).toBe(
      'The limit is too short: 66 % of the responses are cut off at rollout.maxNewTokens = 50. Of those that end, nine in ' +
        'ten do within 31 tokens. Raise it, or end responses with rollout.stop',
    )
    const easy = { kept: 1, 'too-easy': 31, 'too-hard': 0, undecided: 0, unfinished: 0 }
    expect(verdictOf({ ...healthy, verdicts: easy }, config)[1]).toMatch(
      /^There is hardly a band: 1 of 32 questions lie in it.*use harder questions$/,
    )
    expect(verdictOf({ ...healthy, stability: { agree: 9, of: 30 } }, config)[1]).toMatch(/^The votes are not settled/)
    expect(verdictOf({ ...healthy, known: null, cutOff: 0.9, lengths: null }, config)[1]).toMatch(
      /None ended by itself/,
    )
  })
})
