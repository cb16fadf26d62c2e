import { sampledPerPrompt } from '../reward/choose-trained.ts'
import type { Rule } from './rule.ts'
import type { Config } from './schema.ts'

/** Does the majority decide rewards at all? */
const hasVotes = ({ reward }: Config): boolean => reward.kind === 'majority' || reward.kind === 'mixed'

/** Is there a vote in the band whose lead is wide enough, the other answers being one of each? */
function canBeKept({ difficulty: { low, high, minMargin }, reward }: Config, n: number): boolean {
  if (reward.kind === 'frozen-vote') return n >= minMargin // it may lie outside of the band
  const votes = Array.from({ length: n }, (_, i) => i + 1)
  return votes.some((top) => top / n >= low && top / n <= high && top - (top < n ? 1 : 0) >= minMargin)
}

/** How many vote and what their vote is worth: contradictions among these settings. */
export const voteRules: readonly Rule[] = [
  {
    broken: ({ reward, rollout }) => reward.votes !== null && reward.votes < rollout.samplesPerPrompt,
    message: ({ reward, rollout }) =>
      `reward.votes = ${reward.votes} is below rollout.samplesPerPrompt = ${rollout.samplesPerPrompt}: those trained on are some of those that vote`,
  },
  {
    broken: ({ reward }) => reward.votes === null && reward.extraVotes === 0 && reward.choose !== 'random',
    message: ({ reward }) => `reward.choose = ${reward.choose} is read only with reward.votes or reward.extraVotes`,
  },
  {
    broken: (config) => config.reward.extraVotes > 0 && !hasVotes(config),
    message: ({ reward }) =>
      `reward.extraVotes = ${reward.extraVotes} is for votes that are undecided, and with reward.kind = ${reward.kind} none ` +
      'decides: set reward.extraVotes=0, or reward.kind=majority or mixed',
  },
  {
    broken: ({ reward, difficulty }) => reward.extraVotes > 0 && difficulty.minMargin === 0,
    message: ({ reward }) =>
      `reward.extraVotes = ${reward.extraVotes} is for votes with a lead below difficulty.minMargin, and with 0 there are ` +
      'none: set difficulty.minMargin, or reward.extraVotes=0',
  },
  {
    broken: (config) => config.reward.weight !== 'none' && !hasVotes(config),
    message: ({ reward }) =>
      `reward.weight = ${reward.weight} is the weight of a majority, and with reward.kind = ${reward.kind} none decides the ` +
      'rewards: set reward.weight=none, or reward.kind=majority or mixed',
  },
  {
    // the base model is asked when all groups are there
    broken: ({ rollout, reward }) => rollout.cancelStragglers && reward.kind === 'frozen-vote',
    message: () =>
      'rollout.cancelStragglers judges questions while others are answered, and with reward.kind = frozen-vote the base ' +
      'model votes after that: set rollout.cancelStragglers=false',
  },
  {
    broken: (config) => {
      const n = sampledPerPrompt(config)
      return (
        ['majority', 'frozen-vote'].includes(config.reward.kind) &&
        !canBeKept(config, n) &&
        !canBeKept(config, n + config.reward.extraVotes)
      )
    },
    message: (config) =>
      `no question could be kept: with ${sampledPerPrompt(config)} responses, no vote leads by difficulty.minMargin = ` +
      `${config.difficulty.minMargin} and lies in the band [${config.difficulty.low}, ${config.difficulty.high}]: sample ` +
      'more responses, or lower difficulty.minMargin',
  },
]
