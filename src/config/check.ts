import { UserError } from '../errors.ts'
import { MOST_CALL_TOKENS } from '../native/bounds.ts'
import { sampledPerPrompt } from '../reward/choose-trained.ts'
import { evaluationRules } from './evaluation-rules.ts'
import { guardRules } from './guard-rules.ts'
import { instructRules } from './instruct-rules.ts'
import { moduleRules } from './module-rules.ts'
import type { Rule } from './rule.ts'
import type { Config } from './schema.ts'
import { voteRules } from './vote-rules.ts'

/**
 * Settings that contradict each other, which one field's schema cannot check. Messages have both values.
 * @throws UserError
 */
export function checkTogether(config: Config): void {
  const problems = rules.filter((rule) => rule.broken(config)).map((rule) => rule.message(config))
  if (problems.length > 0) throw new UserError(problems.join('\n'))
}

/** Tokens of one call that samples responses or questions. */
const callTokens = (asked: Pick<Config['instruct'], 'promptsPerRound' | 'samplesPerPrompt' | 'maxNewTokens'>): number =>
  asked.promptsPerRound * asked.samplesPerPrompt * asked.maxNewTokens

/** Rows of one call; their seeds and texts are made at once. */
const mostRows = 2 ** 20

/** What one call for questions or for responses samples at most; the setting that says how many per prompt. */
const samplings = (config: Config) =>
  [
    { ...config.instruct, group: 'instruct', samples: 'instruct.samplesPerPrompt' },
    {
      ...config.rollout,
      samplesPerPrompt: sampledPerPrompt(config),
      group: 'rollout',
      samples: config.reward.votes === null ? 'rollout.samplesPerPrompt' : 'reward.votes',
    },
    {
      ...config.rollout,
      samplesPerPrompt: config.reward.extraVotes,
      group: 'rollout',
      samples: 'reward.extraVotes',
    },
  ] as const

const seedsPerRound = ({ seedShare, promptsPerRound }: Config['rollout']): number =>
  Math.round(seedShare * promptsPerRound)

type Sampling = ReturnType<typeof samplings>[number]

const tooManyRows = ({ promptsPerRound, samplesPerPrompt }: Sampling): boolean =>
  promptsPerRound * samplesPerPrompt > mostRows

const tooManyTokens = (asked: Sampling): boolean => callTokens(asked) > MOST_CALL_TOKENS

const rules: readonly Rule[] = [
  ...evaluationRules,
  ...guardRules,
  ...instructRules,
  {
    broken: (config) => samplings(config).some(tooManyRows),
    message: (config) => {
      const { group, samples, promptsPerRound, samplesPerPrompt } = samplings(config).find(tooManyRows)!
      return (
        `${group}.promptsPerRound = ${promptsPerRound} and ${samples} = ${samplesPerPrompt} make ` +
        `${promptsPerRound * samplesPerPrompt} samples of a round, which may have ${mostRows}: lower one of them`
      )
    },
  },
  {
    broken: (config) => samplings(config).some(tooManyTokens),
    message: (config) => {
      const asked = samplings(config).find(tooManyTokens)!
      const { group, samples, promptsPerRound, samplesPerPrompt, maxNewTokens } = asked
      return (
        `${group}.promptsPerRound = ${promptsPerRound}, ${samples} = ${samplesPerPrompt} and ` +
        `${group}.maxNewTokens = ${maxNewTokens} make ${callTokens(asked)} tokens of a round, which may have ` +
        `${MOST_CALL_TOKENS}: lower one of them`
      )
    },
  },
  {
    broken: ({ difficulty }) => difficulty.low > difficulty.high,
    message: ({ difficulty }) => `difficulty.low = ${difficulty.low} is above difficulty.high = ${difficulty.high}`,
  },
  {
    broken: ({ reward, instruct, rollout }) =>
      reward.kind === 'rule' && instruct.source === 'self' && rollout.seedShare < 1,
    message: () =>
      'reward.kind = rule needs known answers, and instruct.source = self writes questions that have none: ' +
      'set instruct.source=given, or reward.kind=mixed or majority',
  },
  ...moduleRules,
  {
    // the expected gradient of k1 is 0 under the policy's own samples: as a loss it restrains nothing
    broken: ({ kl }) => kl.place === 'loss' && kl.estimator === 'k1' && !kl.byRatio && kl.coef > 0,
    message: () =>
      'kl.place = loss with kl.estimator = k1 does not restrain the policy: set kl.byRatio=true, or kl.estimator=k3 or k2',
  },
  {
    // the score function alone has their expected gradient only for k1 (arXiv 2510.01555, 2512.21852)
    broken: ({ kl }) => kl.place === 'reward' && kl.estimator !== 'k1' && kl.coef > 0,
    message: ({ kl }) =>
      `kl.place = reward with kl.estimator = ${kl.estimator} does not follow the gradient of the KL divergence: set kl.estimator=k1, or kl.place=loss`,
  },
  {
    broken: ({ rollout }) => rollout.topP < 1,
    message: ({ rollout }) =>
      `rollout.topP = ${rollout.topP}: training needs 1. The log-probabilities that are trained on are those of the whole vocabulary, and responses sampled from a part of it come from another policy`,
  },
  {
    broken: ({ kl, update }) => update.ratio === 'sequence' && kl.place === 'loss' && kl.coef > 0,
    message: () =>
      'update.ratio = sequence has no ratio of tokens by which KL in the loss could be weighed: set kl.place=reward',
  },
  {
    broken: ({ update }) => update.ratio === 'sequence' && update.surrogate === 'cispo',
    message: () =>
      'update.ratio = sequence and update.surrogate = cispo exclude each other: CISPO clips ratios of tokens',
  },
  {
    broken: ({ kl }) => kl.target !== null && kl.coef === 0,
    message: ({ kl }) => `kl.target = ${kl.target} adjusts kl.coef, which must start above 0`,
  },
  {
    broken: ({ update }) => update.oldLogprobs === 'sampling' && update.importance === 'always',
    message: () =>
      'update.importance = always needs recomputed log-probabilities, and with update.oldLogprobs = sampling there are ' +
      'none: set update.oldLogprobs=recompute, or update.importance=never',
  },
  {
    broken: ({ reward, difficulty }) => reward.kind !== 'module' && (difficulty.low < 0 || difficulty.high > 1),
    message: ({ reward, difficulty }) =>
      `difficulty.low = ${difficulty.low} and difficulty.high = ${difficulty.high} must be from 0 to 1, like the ` +
      `rewards of reward.kind = ${reward.kind}`,
  },
  {
    broken: ({ reward }) => reward.clip[0] >= reward.clip[1],
    message: ({ reward }) => `reward.clip = [${reward.clip.join(', ')}]: the first must be below the second`,
  },
  {
    broken: ({ filter }) => filter.minWords > filter.maxWords,
    message: ({ filter }) => `filter.minWords = ${filter.minWords} is above filter.maxWords = ${filter.maxWords}`,
  },
  {
    broken: ({ reward }) => reward.overlongBuffer !== null && reward.unfinished !== 'penalty',
    message: ({ reward }) =>
      `reward.overlongBuffer = ${reward.overlongBuffer} is read only with reward.unfinished = penalty, and it is ${reward.unfinished}`,
  },
  ...voteRules,
  {
    broken: ({ reward, rollout }) => (reward.overlongBuffer ?? 0) > rollout.maxNewTokens,
    message: ({ reward, rollout }) =>
      `reward.overlongBuffer = ${reward.overlongBuffer} is above rollout.maxNewTokens = ${rollout.maxNewTokens}`,
  },
  {
    broken: ({ reward, instruct, rollout }) =>
      reward.kind === 'mixed' && instruct.source === 'self' && rollout.seedShare === 0,
    message: () =>
      'reward.kind = mixed uses the known answers of seed questions, and with instruct.source = self none is asked: set ' +
      'rollout.seedShare, or reward.kind=majority',
  },
  {
    broken: ({ rollout }) =>
      [0, rollout.promptsPerRound].includes(seedsPerRound(rollout)) !== [0, 1].includes(rollout.seedShare),
    message: ({ rollout }) =>
      `rollout.seedShare = ${rollout.seedShare} of rollout.promptsPerRound = ${rollout.promptsPerRound} is ` +
      `${seedsPerRound(rollout)} seed questions of a round: set 0, 1, or a share that gives both kinds`,
  },
  {
    broken: ({ reward }) => reward.unfinished === 'zero' && reward.unfinishedVotes,
    message: () =>
      'reward.unfinished = zero is read only of responses that may not vote, and with reward.unfinishedVotes all may',
  },
  {
    broken: ({ rollout }) => rollout.template === 'chat' && !rollout.specialTokens,
    message: () => 'rollout.specialTokens = false is read only without a chat template, and rollout.template = chat',
  },
  {
    broken: ({ kl }) => kl.place === 'reward' && !kl.byRatio,
    message: () => 'kl.byRatio = false is read only with kl.place = loss',
  },
  {
    // the 1 / T that makes the ratio's gradient GSPO's is that of this mean
    broken: ({ update }) => update.ratio === 'sequence' && update.lossMean !== 'sequence',
    message: ({ update }) =>
      `update.ratio = sequence is a ratio of whole responses, and update.lossMean = ${update.lossMean} is no mean over ` +
      "them: set update.lossMean=sequence (GSPO), with a range as narrow as the paper's (update.clipLow=3e-4, " +
      'update.clipHigh=4e-4)',
  },
  {
    broken: ({ instruct, rollout }) => instruct.source === 'given' && rollout.seedShare > 0,
    message: ({ rollout }) =>
      `rollout.seedShare = ${rollout.seedShare} is read only with instruct.source = self: with given, all questions are seeds`,
  },
  {
    broken: (config) => (config.difficulty.minVoters ?? 0) > sampledPerPrompt(config),
    message: (config) =>
      `difficulty.minVoters = ${config.difficulty.minVoters} is above the ${sampledPerPrompt(config)} responses sampled per question`,
  },
  {
    broken: ({ rollout }) => rollout.samplesPerPrompt < 2,
    message: ({ rollout }) =>
      `rollout.samplesPerPrompt = ${rollout.samplesPerPrompt}: a vote and a difficulty need at least 2`,
  },
]

/**
 * Settings without which a run cannot start.
 * @throws UserError
 */
export function requirePaths(config: Config): { model: string; seeds: string } {
  const { model, seeds } = config
  if (model.path === null) {
    throw new UserError('no model: give --model FOLDER (a HuggingFace checkpoint), or set model.path in the config')
  }
  if (seeds.path === null) {
    throw new UserError('no seed questions: give --seeds FILE.jsonl ({"problem": ...} per line), or set seeds.path')
  }
  return { model: model.path, seeds: seeds.path }
}
