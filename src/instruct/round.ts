import type { FilterConfig } from '../config/filter-config.ts'
import { filterWithModule, type Verdict } from '../filter/filter.ts'
import type { QuestionFilter } from '../filter/question-filter.ts'
import type { RougeIndex } from '../filter/rouge.ts'
import { type Proposal, type ProposeContext, propose } from './propose.ts'

export interface RoundContext extends ProposeContext {
  readonly filter: FilterConfig
  /** The user's own filter; null: none. */
  readonly questionFilter: QuestionFilter | null
  /** Seeds and kept questions; not changed. */
  readonly known: RougeIndex
  /** Accepted before, not in `known` yet; what this round accepts is added. */
  readonly batch: RougeIndex
  /** Folded texts answered before and not kept; a copy is rejected. */
  readonly asked: ReadonlySet<string>
  readonly signal: AbortSignal
}

/** What a search for questions counts over its rounds. */
export interface Search {
  rounds: number // times the model was asked for questions
  readonly proposals: string[] // every text proposed
  accepted: number
  newTokens: number
  examplesDropped: number // left out of prompts, which were too long
  readonly lastRejected: { text: string; reason: string }[] // the latest few, for an error's message
}

export const newSearch = (): Search => ({
  rounds: 0,
  proposals: [],
  accepted: 0,
  newTokens: 0,
  examplesDropped: 0,
  lastRejected: [],
})

const rejectionsShown = 5

/**
 * One round of self-instruction, in training and in `serl instruct`: the model proposes questions, rules,
 * ROUGE-L and the user's own filter accept or reject them, the search counts.
 * @returns every proposal with its verdict; null if aborted: the proposals of a cancelled generation are cut
 * short and not counted
 * @throws UserError where not even one example fits the context, or a module of the user fails
 */
export async function instructRound(context: RoundContext, search: Search): Promise<Verdict<Proposal>[] | null> {
  const { filter: config, known, batch, asked, signal, questionFilter } = context
  const { proposals, newTokens, examplesDropped } = await propose(context)
  if (signal.aborted) return null
  const verdicts = await filterWithModule(proposals, { config, known, batch, asked }, questionFilter)
  search.rounds += 1
  search.newTokens += newTokens
  search.examplesDropped += examplesDropped
  for (const { proposal, accepted, reason } of verdicts) {
    search.proposals.push(proposal.text)
    if (accepted) search.accepted += 1
    else search.lastRejected.push({ text: proposal.text, reason: reason! })
  }
  search.lastRejected.splice(0, search.lastRejected.length - rejectionsShown)
  return verdicts
}
