import type { Config } from '../config/schema.ts'
import { UserError } from '../errors.ts'
import type { Search } from '../instruct/round.ts'
import { counted } from '../log/counted.ts'
import { type Difficulty, difficultyOf } from '../reward/difficulty.ts'
import type { Tally } from './tally.ts'

/** A bounded search that found nothing: the message shows what was tried last, and why it was rejected. */
export class NothingAcceptable extends UserError {
  constructor(message: string) {
    super(message)
    this.name = 'NothingAcceptable'
  }
}

const shown = (text: string): string => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}...` : text)

/**
 * The model proposed no question that passed the filters, or fewer than wanted.
 * @param short where questions alone were asked for: how many of how many were found; null = it was for training
 */
export function noQuestion(
  search: Pick<Search, 'lastRejected' | 'rounds' | 'proposals'>,
  short: { readonly found: number; readonly wanted: number } | null = null,
): NothingAcceptable {
  const last = search.lastRejected.map(({ text, reason }) => `  ${reason}: ${shown(text)}`)
  const details = last.length > 0 ? `The last proposals:\n${last.join('\n')}` : 'It proposed no question at all.'
  const what =
    (short?.found ?? 0) === 0
      ? 'no new question was accepted'
      : `only ${short!.found} of ${short!.wanted} questions were found, and then no more`
  const given = short === null ? ', or instruct.source=given to train on the seed questions themselves' : ''
  return new NothingAcceptable(
    `${what} in ${counted(search.rounds, 'round')} (${counted(search.proposals.length, 'proposal')}). ${details}\n` +
      'Try seed questions closer to what the model knows, a higher instruct.temperature or filter.rougeMax, wider ' +
      `filter.minWords and filter.maxWords${given}`,
  )
}

/** Why a step cannot train, and no later one would: no question was found, or too few where rollout.whenShort is stop. */
export function wantOf(config: Config, tally: Tally, kept: number): NothingAcceptable | null {
  const { promptsPerStep, whenShort } = config.rollout
  const { answered, searched, search } = tally
  if (kept === 0 && answered.length === 0 && searched && search.accepted === 0) return noQuestion(search)
  return kept < promptsPerStep && whenShort === 'stop' ? nothingToTrainOn(tally, config) : null
}

/** Too few questions were inside the difficulty band, or all were too long to be asked. */
export function nothingToTrainOn(tally: Tally, config: Config): NothingAcceptable {
  const { maxPromptTokens, maxNewTokens } = config.rollout
  const tooLong =
    `${counted(tally.tooLong, 'question was', 'questions were')} left out: longer than rollout.maxPromptTokens = ${maxPromptTokens}, or than the ` +
    `positions of the model that rollout.maxNewTokens = ${maxNewTokens} leaves free`
  if (tally.answered.length === 0 && tally.tooLong > 0) {
    return new NothingAcceptable(
      `no question could be asked: ${tooLong}.\nRaise rollout.maxPromptTokens, lower rollout.maxNewTokens, or give ` +
        'shorter seed questions (filter.maxWords limits those that the model writes)',
    )
  }
  const difficulties = tally.answered.map((group) => difficultyOf(group, config))
  const number = (verdict: Difficulty): number => difficulties.filter((difficulty) => difficulty === verdict).length
  const answerless = tally.answered.reduce((sum, group) => sum + group.vote.answerless, 0)
  const responses = tally.answered.reduce((sum, group) => sum + group.responses.length, 0)
  const last = tally.answered.slice(-3).map((group, i, all) => {
    const difficulty = difficulties[difficulties.length - all.length + i]
    return `  ${difficulty}, answers ${JSON.stringify(group.vote.answers)}: ${shown(group.question.text)}`
  })
  return new NothingAcceptable(
    `of ${counted(tally.answered.length, 'question')}, ${tally.kept} lie in the difficulty band ` +
      `[${config.difficulty.low}, ${config.difficulty.high}]: ${number('too-easy')} were too easy, ${number('too-hard')} too hard, ` +
      `${number('undecided')} undecided, ${number('dropped')} dropped by a module, ${number('unfinished')} had too many responses cut off; ` +
      `${answerless} of ${counted(responses, 'response')} had no answer.${tally.tooLong > 0 ? ` ${tooLong}.` : ''}\nThe last ones:\n${last.join('\n')}\n` +
      'If most are too easy, training may be done, or try harder seed questions; if most are undecided, sample more ' +
      'responses (reward.votes, reward.extraVotes) or lower difficulty.minMargin; if responses have no answer, ask for ' +
      'one (rollout.suffix), raise rollout.maxNewTokens, or use the chat template (rollout.template=auto)',
  )
}
