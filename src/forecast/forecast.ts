import type { AnswerChecker } from '../answers/answer-checker.ts'
import type { Config } from '../config/schema.ts'
import { type Estimate, estimateAccuracy, fewQuestions, type Interval } from '../eval/statistics/intervals.ts'
import { differenceInterval, pairedT } from '../eval/statistics/paired.ts'
import { type Difficulty, difficultyOf } from '../reward/difficulty.ts'
import { rewardGroup, rightOf } from '../reward/kinds.ts'
import { sameAnswer } from '../reward/same-answer.ts'
import { mayVote } from '../reward/unfinished.ts'
import type { Group } from '../rollout/group.ts'

/** What sampling some questions says about training on such questions, with these settings. */
export interface Forecast {
  readonly questions: number
  readonly samples: number // of each
  readonly known: KnownAnswers | null // null: no question has a known answer
  readonly verdicts: Readonly<Record<Exclude<Difficulty, 'dropped'>, number>> // questions
  readonly cutOff: number // share of responses
  readonly lengths: { readonly median: number; readonly p90: number } | null // new tokens, of responses that ended; null: none did
  readonly stability: { readonly agree: number; readonly of: number } // questions whose two halves of samples vote alike
  readonly answerless: number // share of the responses that ended
}

/** Against known answers. */
export interface KnownAnswers {
  readonly questions: number
  readonly silent: number // of these: questions none of whose responses may vote, because all were cut off
  readonly single: Estimate | null // share of right responses, of those that may vote; null: all questions are silent
  readonly vote: Estimate // questions whose majority is right: maj@n
  readonly any: Estimate // questions with a right response among n: pass@n
  readonly gain: Interval | null // 95 %, of vote - single, paired by question, without silent ones; null: no spread to judge by
  readonly kept: { readonly right: number; readonly of: number } // majorities of the questions that would be trained on
}

export interface ForecastTools {
  readonly config: Config
  readonly checker: AnswerChecker
}

/** @param groups at least one; difficulty is judged as in training, with reward.kind module and random by the vote */
export async function forecast(tools: ForecastTools, groups: readonly Group[]): Promise<Forecast> {
  const { config } = tools
  const { kind } = config.reward
  // a module's and a control's rewards say nothing about votes
  const judged = kind === 'rule' || kind === 'mixed' ? kind : 'majority'
  const byKind: Config = { ...config, reward: { ...config.reward, kind: judged } }
  const rewarded = await Promise.all(
    groups.map(async (group) => {
      const reward = { config: byKind, checker: tools.checker, scorer: null }
      return {
        ...group,
        vote: await rewardGroup(reward, group, 0),
        right: await rightOf(reward, group),
        masks: null,
        step: 0,
      }
    }),
  )
  const difficulties = rewarded.map((group) => difficultyOf(group, byKind))
  const responses = groups.flatMap((group) => group.responses)
  const ended = responses.filter(({ finishReason }) => finishReason === 'stop')
  const answers = rewarded.flatMap(({ vote }) => vote.answers)
  const answerless = responses.filter(({ finishReason }, i) => finishReason === 'stop' && answers[i] === null).length
  return {
    questions: groups.length,
    samples: groups[0]!.responses.length,
    known: knownAnswers(
      rewarded.map((group, i) => ({
        ...group,
        kept: difficulties[i] === 'kept',
        voters: group.responses.filter((response) => mayVote(response, config.reward)).length,
      })),
    ),
    verdicts: {
      kept: count(difficulties, 'kept'),
      'too-easy': count(difficulties, 'too-easy'),
      'too-hard': count(difficulties, 'too-hard'),
      undecided: count(difficulties, 'undecided'),
      unfinished: count(difficulties, 'unfinished'),
    },
    cutOff: (responses.length - ended.length) / responses.length,
    lengths: quantiles(ended.map(({ tokens }) => tokens.length)),
    stability: await stability(tools, groups),
    answerless: ended.length === 0 ? 0 : answerless / ended.length,
  }
}

const count = (difficulties: readonly Difficulty[], verdict: Difficulty): number =>
  difficulties.filter((difficulty) => difficulty === verdict).length

interface Judged {
  readonly right: Float32Array | null
  readonly vote: { readonly answers: readonly (string | null)[]; readonly majority: string | null }
  readonly voters: number // responses that may vote
  readonly kept: boolean
}

function knownAnswers(groups: readonly Judged[]): KnownAnswers | null {
  const known = groups.flatMap(({ right, vote, voters, kept }) => {
    if (right === null) return []
    const count = right.reduce((sum, r) => sum + r, 0)
    const isRight = vote.majority !== null && right[vote.answers.indexOf(vote.majority)] === 1
    return [{ count, voters, voteRight: Number(isRight), kept }]
  })
  if (known.length === 0) return null
  const trained = known.filter(({ kept }) => kept)
  const heard = known
    .filter(({ voters }) => voters > 0)
    .map((question) => ({ ...question, share: question.count / question.voters }))
  const shares = heard.map(({ share }) => share)
  return {
    questions: known.length,
    silent: known.length - heard.length,
    single: heard.length === 0 ? null : estimateAccuracy(shares, mean(heard.map(({ voters }) => voters))),
    vote: estimateAccuracy(known.map(({ voteRight }) => voteRight)),
    any: estimateAccuracy(known.map(({ count }) => Number(count > 0))),
    gain: gainInterval(heard.map(({ voteRight, share }) => voteRight - share)),
    kept: { right: trained.filter(({ voteRight }) => voteRight === 1).length, of: trained.length },
  }
}

// of shares: below it differences are equal, except for rounding
const rounding = 1e-9

/** Student's below 20 questions, where a percentile bootstrap is too narrow. One question, or equal ones, show no spread. */
function gainInterval(differences: readonly number[]): Interval | null {
  const paired = pairedT(differences)
  if (paired === null || paired.deviation < rounding) return null
  return differences.length < fewQuestions ? paired.interval : differenceInterval([differences])
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Questions whose first and second half of the samples have the same majority, of those where both halves have one. */
async function stability({ checker, config }: ForecastTools, groups: readonly Group[]): Promise<Forecast['stability']> {
  const same = sameAnswer(checker, config.reward)
  let [agree, of] = [0, 0]
  for (const { responses } of groups) {
    const voters = responses.map((response) => (mayVote(response, config.reward) ? response.text : ''))
    const half = Math.floor(voters.length / 2)
    const [first, second] = await Promise.all([checker.vote(voters.slice(0, half)), checker.vote(voters.slice(half))])
    if (first.majority === null || second.majority === null) continue
    of += 1
    if (await same(first.majority, second.majority)) agree += 1
  }
  return { agree, of }
}

function quantiles(lengths: readonly number[]): Forecast['lengths'] {
  if (lengths.length === 0) return null
  const sorted = [...lengths].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
  return { median: at(0.5), p90: at(0.9) }
}
