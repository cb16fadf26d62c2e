import type { Config } from '../config/schema.ts'
import { wilsonInterval } from '../eval/statistics/intervals.ts'
import { counted } from '../log/counted.ts'
import type { Forecast, KnownAnswers } from './forecast.ts'

const percent = (share: number): string => `${Math.round(100 * share)} %`

// shares from which a sign is worth a sentence
const manyCutOff = 0.25
const fewInBand = 0.1
const mostlyWrong = 0.5
const unstable = 0.6
const fewestKept = 4 // questions in the band, to say something about their votes

/**
 * What training can hope for, and what will go wrong with these settings, in sentences; the verdict is the first.
 * Thresholds are from the runs in docs/learning.md.
 */
export function verdictOf(forecast: Forecast, { rollout, reward }: Pick<Config, 'rollout' | 'reward'>): string[] {
  const problems = [
    cutOffText(forecast, rollout),
    bandText(forecast),
    stabilityText(forecast),
    doubtText(forecast),
  ].filter((text) => text !== null)
  const { known } = forecast
  if (known === null) return [unknownText(forecast), ...problems]
  const hope = reward.kind === 'rule' ? ruleText(forecast, known) : hopeText(forecast, known)
  const unused = reward.kind === 'random' || reward.kind === 'module'
  return [unused ? `reward.kind = ${reward.kind} does not use the vote. With the vote: ${hope}` : hope, ...problems]
}

function ruleText({ samples, verdicts, questions }: Forecast, { single, any }: KnownAnswers): string {
  const ofSingle =
    single === null
      ? 'no answer ends'
      : `a single answer that ends is right on ${percent(single.mean)} of the questions`
  return (
    `Known answers are the reward: ${ofSingle}, one of ${samples} on ${percent(any.mean)}, and ${verdicts.kept} of ` +
    `${questions} questions have both right and wrong ones in the band`
  )
}

/** Questions that say nothing about a single answer. */
export const silentText = ({ silent, questions }: Pick<KnownAnswers, 'silent' | 'questions'>): string =>
  `no answer to ${silent} of ${counted(questions, 'question')} ends: left out of the single ones`

function hopeText({ samples, verdicts }: Forecast, known: KnownAnswers): string {
  const { single, vote, any, gain, kept } = known
  const ofSingle = single === null ? 'no single one ends' : `a single one that ends on ${percent(single.mean)}`
  const figures = `the vote of ${samples} answers is right on ${percent(vote.mean)} of these questions, ${ofSingle}`
  if (single === null) return `Cannot tell what there is to hope for: ${figures}. ${noSpreadText(known)}`
  const surelyWrong = (right: number, of: number): boolean => wilsonInterval(right, of)[1] < mostlyWrong
  const wrongInBand = kept.of >= fewestKept && surelyWrong(kept.right, kept.of)
  // a question whose answers do not end has no vote, and is never trained on
  if (wrongInBand || surelyWrong(Math.round(vote.mean * known.questions), known.questions - known.silent)) {
    return (
      `Training on votes will probably do harm: ${figures}, and it is right for ${kept.right} of the ${kept.of} in the ` +
      'band. Agreement would rise on wrong answers. Use known answers (reward.kind=rule or mixed), ' +
      'easier questions, or first fine-tune on worked examples (serl sft)'
    )
  }
  if (verdicts.kept === 0) return `Training would find nothing to learn from: ${figures}`
  if (gain === null) return `Cannot tell what there is to hope for: ${figures}. ${noSpreadText(known)}`
  if (gain[0] <= 0) {
    return (
      `There is little to hope for: ${figures}, a lead that may be chance. Votes teach what the vote knows better than ` +
      `a single answer; ${percent(any.mean)} of the questions have a right answer among ${samples}`
    )
  }
  return (
    `Training can hope for about ${percent(vote.mean)}: ${figures}, and it is right for ${kept.right} of the ` +
    `${kept.of} questions in the band. ${percent(any.mean)} of the questions have a right answer among ${samples}`
  )
}

/** Why there is no interval of the gain. */
function noSpreadText({ silent, questions }: KnownAnswers): string {
  const heard = questions - silent
  const why =
    heard < 2
      ? `${counted(heard, 'question')} with answers that end ${heard === 1 ? 'says' : 'say'}`
      : `${heard} questions on which the lead of the vote is the same say`
  return `${why} nothing about others: ask more (--questions)`
}

const unknownText = ({ samples, verdicts, questions }: Forecast): string =>
  `No answers are known, so nothing here bounds how true the votes are: a model can agree with itself on wrong ` +
  `answers. ${verdicts.kept} of ${questions} questions are neither settled nor hopeless with ${samples} answers each`

function cutOffText({ cutOff, lengths }: Forecast, { maxNewTokens }: Config['rollout']): string | null {
  if (cutOff < manyCutOff) return null
  const ended =
    lengths === null ? 'None ended by itself' : `Of those that end, nine in ten do within ${lengths.p90} tokens`
  return (
    `The limit is too short: ${percent(cutOff)} of the responses are cut off at rollout.maxNewTokens = ${maxNewTokens}. ` +
    `${ended}. Raise it, or end responses with rollout.stop`
  )
}

function bandText({ verdicts, questions }: Forecast): string | null {
  if (verdicts.kept / questions >= fewInBand) return null
  const { kept: _, ...others } = verdicts
  const [most] = Object.entries(others).sort(([, a], [, b]) => b - a)
  const advice = {
    'too-easy': 'the model already agrees with itself: use harder questions',
    'too-hard': 'its answers hardly ever agree: use easier questions, or known answers',
    undecided: 'the votes are too close: sample more responses (reward.votes, reward.extraVotes)',
    unfinished: 'too few responses end: raise rollout.maxNewTokens',
  }[most![0] as keyof typeof others]
  return `There is hardly a band: ${verdicts.kept} of ${questions} questions lie in it; ${most![1]} are ${most![0]}, ${advice}`
}

function stabilityText({ stability: { agree, of } }: Forecast): string | null {
  if (of < fewestKept || agree / of >= unstable) return null
  return `The votes are not settled: two halves of the samples agree on ${agree} of ${of} questions. Sample more responses (reward.votes)`
}

/** Votes in the band that are more often wrong than right, on too few questions to tell. */
function doubtText({ known }: Forecast): string | null {
  if (known === null || known.kept.of < fewestKept) return null
  const { right, of } = known.kept
  if (right / of >= mostlyWrong || wilsonInterval(right, of)[1] < mostlyWrong) return null
  return `In the band the vote is right for ${right} of ${of} questions, too few to tell whether it is mostly wrong there: ask more (--questions)`
}
