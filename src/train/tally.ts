import type { RougeIndex } from '../filter/rouge.ts'
import { newSearch, type Search } from '../instruct/round.ts'
import type { Underway } from '../log/reporter.ts'
import type { RewardedGroup } from '../rollout/group.ts'

/** Stages as metrics.jsonl times them; `rollout` is answering and rewards. */
export type TimedStage = 'propose' | 'rollout' | 'update'

/** Counters of one step while it runs. */
export interface Tally {
  readonly started: number // ms
  readonly seconds: Record<TimedStage, number>
  readonly search: Search // for questions
  batch?: RougeIndex // questions accepted in this step, and those that waited at its start
  searched: boolean // instruct.maxRounds did not give as many questions as were wanted: the step looks for no more
  tooLong: number // questions left out: their prompts were too long
  tokensAnswered: number // new ones, of responses
  readonly answered: RewardedGroup[] // every question answered in the step
  kept: number // of these, inside the difficulty band
  unfinished: number // and of these, fewer than difficulty.minVoters responses could vote
  expired: number // surplus groups that waited too long
  cancelled: number // questions whose responses were cancelled, as enough were kept
  extended: number // groups that were undecided and got extra votes
  decided: number // of these, with a margin now
}

export const newTally = (): Tally => ({
  started: performance.now(),
  seconds: { propose: 0, rollout: 0, update: 0 },
  search: newSearch(),
  searched: false,
  tooLong: 0,
  tokensAnswered: 0,
  answered: [],
  kept: 0,
  unfinished: 0,
  expired: 0,
  cancelled: 0,
  extended: 0,
  decided: 0,
})

/** What a step has so far. */
export const underwayOf = (tally: Tally): Omit<Underway, 'step' | 'stage'> => ({
  proposed: tally.search.proposals.length,
  accepted: tally.search.accepted,
  answered: tally.answered.length,
  kept: tally.kept,
  newTokens: tally.search.newTokens + tally.tokensAnswered,
})

/** Adds the time that `work` takes to a stage's seconds. */
export async function timed<T>(tally: Tally, stage: TimedStage, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  try {
    return await work()
  } finally {
    tally.seconds[stage] += (performance.now() - started) / 1000
  }
}
