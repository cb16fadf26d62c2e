import { rowSeeds } from '../random.ts'
import { sampledPerPrompt } from '../reward/choose-trained.ts'
import { mayVote } from '../reward/unfinished.ts'
import { answeringParams } from '../rollout/answering.ts'
import type { FrozenVote, Group } from '../rollout/group.ts'
import { rollOut } from '../rollout/rollout.ts'
import type { TrainState } from '../run/train-state.ts'
import { stopIfAsked, type TrainContext } from './context.ts'
import type { Tally } from './tally.ts'
import { voteKey } from './vote-key.ts'

/**
 * The groups with the base model's vote on their questions, where rewards come from it; else as they are. A question is
 * asked once: its samples are keyed by its text, and the votes on seed questions, which come back, are kept in the state.
 * @throws Interrupted
 */
export async function withFrozenVotes(
  context: TrainContext,
  state: TrainState,
  groups: readonly Group[],
  tally: Tally,
): Promise<readonly Group[]> {
  if (context.base === null) return groups
  const key = voteKey(context, [context.config.train.seed, sampledPerPrompt(context.config)])
  const kept = state.frozen.key === key ? state.frozen.votes : {}
  const votes = new Map(Object.entries(kept))
  const asked = new Map(groups.map((group) => [group.question.text, group]))
  for (const text of votes.keys()) asked.delete(text)
  for (const group of await askBase(context, [...asked.values()])) {
    for (const { tokens } of group.responses) tally.tokensAnswered += tokens.length
    votes.set(group.question.text, await voteOf(context, group))
  }
  const lasting = [...asked.values()].filter(({ question }) => question.source === 'seed')
  const taken = lasting.map(({ question: { text } }) => [text, votes.get(text)!] as const)
  state.frozen = { key, votes: { ...kept, ...Object.fromEntries(taken) } }
  return groups.map((group) => ({ ...group, frozen: votes.get(group.question.text)! }))
}

/** As many responses of the base model to each question as the policy gave. */
async function askBase(context: TrainContext, groups: readonly Group[]): Promise<Group[]> {
  const { config, base, reporter } = context
  stopIfAsked(context)
  const samples = sampledPerPrompt(config)
  const seeds = groups.flatMap(({ question }) => [
    ...rowSeeds(config.train.seed, `frozen-vote/${question.text}`, 0, samples),
  ])
  const sampling = answeringParams(config, base!, samples, Uint32Array.from(seeds))
  const answered = await rollOut(base!.engine, base!.tokenizer, groups, sampling, (done, total) =>
    reporter.progress('asking the base model', done, total),
  )
  stopIfAsked(context)
  return answered
}

async function voteOf({ checker, config }: TrainContext, { responses }: Group): Promise<FrozenVote> {
  const voters = responses.filter((response) => mayVote(response, config.reward))
  const { majority, votes } = await checker.vote(voters.map(({ text }) => text))
  return { majority, votes, voters: voters.length }
}
