import { rowSeeds } from '../random.ts'
import { difficultyOf, keepInBand } from '../reward/difficulty.ts'
import { vote } from '../reward/vote.ts'
import { marginOf } from '../reward/vote-margin.ts'
import { answeringParams } from '../rollout/answering.ts'
import type { RewardedGroup } from '../rollout/group.ts'
import { rollOut } from '../rollout/rollout.ts'
import type { Round } from './answer.ts'
import { stopIfAsked, type TrainContext } from './context.ts'
import type { Tally } from './tally.ts'

/**
 * Undecided groups are sampled reward.extraVotes more times, all of them in one call, and vote again with what they had:
 * samples go where the vote needs them (adaptive consistency, Aggarwal et al. 2023, arXiv 2305.11860, which asks one by
 * one until the mode is likely enough; here once, and difficulty.minMargin judges). With rollout.cancelStragglers none are
 * sampled where the round has given enough groups already.
 * @returns all groups, in their order
 * @throws Interrupted
 */
export async function moreVotes(
  context: TrainContext,
  round: Round,
  groups: readonly RewardedGroup[],
  tally: Tally,
): Promise<readonly RewardedGroup[]> {
  const { config, trace } = context
  if (config.reward.extraVotes === 0) return groups
  const undecided = [...groups.keys()].filter((i) => difficultyOf(groups[i]!, config) === 'undecided')
  const isEnough = config.rollout.cancelStragglers && keepInBand(groups, config).length >= round.missing
  if (undecided.length === 0 || isEnough) return groups
  const again = await trace.span('more votes', () => voteAgain(context, round, groups, undecided))
  tally.extended += again.length
  tally.decided += again.filter(({ vote }) => marginOf(vote) >= config.difficulty.minMargin).length
  const all = [...groups]
  for (const [i, row] of undecided.entries()) {
    const { responses } = again[i]!
    for (const { tokens } of responses.slice(groups[row]!.responses.length)) tally.tokensAnswered += tokens.length
    all[row] = again[i]!
  }
  return all
}

/** The groups at `chosen`, with their extra responses after the others. A row's seed is that of its group's place. */
async function voteAgain(
  context: TrainContext,
  { step, round }: Round,
  groups: readonly RewardedGroup[],
  chosen: readonly number[],
): Promise<RewardedGroup[]> {
  const { config, model, reporter } = context
  const { extraVotes } = config.reward
  stopIfAsked(context)
  const all = rowSeeds(config.train.seed, `extra/${round}`, step, groups.length * extraVotes)
  const seeds = Uint32Array.from(
    chosen.flatMap((row) => Array.from(all.subarray(row * extraVotes, (row + 1) * extraVotes))),
  )
  const prompted = chosen.map((row) => {
    const { question, promptTokens } = groups[row]!
    return { question, promptTokens }
  })
  const sampling = answeringParams(config, model, extraVotes, seeds)
  const progress = (done: number, total: number): void => reporter.progress('asking for more votes', done, total)
  const more = await rollOut(model.engine, model.tokenizer, prompted, sampling, progress)
  stopIfAsked(context)
  const longer = more.map((group, i) => ({
    ...group,
    responses: [...groups[chosen[i]!]!.responses, ...group.responses],
  }))
  return vote(context, longer, step)
}
