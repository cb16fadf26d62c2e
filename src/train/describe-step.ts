import type { Config } from '../config/schema.ts'
import { type StepMetrics, stepMetrics } from '../log/metrics.ts'
import { mayVote } from '../reward/unfinished.ts'
import { marginOf, modeProbability } from '../reward/vote-margin.ts'
import type { RewardedGroup } from '../rollout/group.ts'
import type { TrainState } from '../run/train-state.ts'
import type { Learned } from './learn.ts'
import type { Tally } from './tally.ts'

/**
 * A step's metrics, without the evaluation.
 * @param learned null: the step found nothing to train on
 * @param signals what guards watch
 */
export function describeStep(
  state: TrainState,
  tally: Tally,
  learned: Learned | null,
  signals: Partial<StepMetrics>,
  { reward, rollout }: Pick<Config, 'reward' | 'rollout'>,
): StepMetrics {
  return stepMetrics({
    step: state.step,
    iteration: state.iteration.index + 1,
    ...describeGroups(tally.answered, reward),
    ...signals,
    'instructions.proposed': tally.search.proposals.length,
    'instructions.kept': tally.search.accepted,
    'instructions.tooLong': tally.tooLong,
    'groups.expired': tally.expired,
    'groups.sampled': tally.answered.length,
    'groups.kept': tally.kept,
    'groups.unfinished': tally.unfinished,
    'groups.trained': learned?.groups ?? 0,
    'groups.leftOver': learned?.leftOver ?? 0,
    ...(reward.extraVotes === 0 ? {} : { 'groups.extended': tally.extended, 'groups.decided': tally.decided }),
    ...(rollout.cancelStragglers ? { 'groups.cancelled': tally.cancelled } : {}),
    ...(learned === null ? {} : describeUpdate(learned)),
    'tokens.generated': tally.search.newTokens + tally.tokensAnswered,
    'tokens.trained': learned?.update.tokensTrained ?? 0,
    'seconds.propose': tally.seconds.propose,
    'seconds.rollout': tally.seconds.rollout,
    'seconds.update': tally.seconds.update,
    'seconds.total': (performance.now() - tally.started) / 1000,
  })
}

function describeUpdate({ batch, update, klCoef }: Learned): Partial<StepMetrics> {
  return {
    'kl.mean': batch.klMean,
    'kl.coef': klCoef,
    'entropy.mean': update.entropyMean,
    loss: update.loss,
    gradNorm: update.gradNorm,
    clipFraction: update.clipFraction,
    'ratio.max': update.ratioMax,
    learningRate: update.learningRate,
    'optimizer.steps': update.optimizerSteps,
    'optimizer.skipped': update.skipped.length,
    'mismatch.mean': batch.mismatch?.mean ?? null,
    'mismatch.max': batch.mismatch?.max ?? null,
    'mismatch.share': batch.mismatch?.share ?? null,
    'importance.mean': batch.importanceMean,
    'vote.weight': batch.voteWeightMean,
  }
}

/** Means over every group answered in the step, whether or not it was kept. */
function describeGroups(groups: readonly RewardedGroup[], reward: Config['reward']): Partial<StepMetrics> {
  if (groups.length === 0) return {}
  const responses = groups.flatMap((group) => group.responses)
  const sum = (pick: (group: RewardedGroup) => number): number =>
    groups.reduce((total, group) => total + pick(group), 0)
  return {
    'reward.mean': sum(({ vote }) => vote.rewards.reduce((a, b) => a + b, 0)) / responses.length,
    'vote.majorityShare': sum(({ vote }) => vote.majorityShare) / groups.length,
    'vote.margin': sum(({ vote }) => marginOf(vote)) / groups.length,
    'vote.modeProbability': sum(({ vote }) => modeProbability(vote)) / groups.length,
    ...describeAccuracy(groups, reward),
    'vote.answerless': sum(({ vote }) => vote.answerless) / responses.length,
    'vote.timeouts': sum(({ vote }) => vote.timeouts),
    'responses.lengthMean': responses.reduce((total, { tokens }) => total + tokens.length, 0) / responses.length,
    'responses.unfinished': responses.filter(({ finishReason }) => finishReason === 'length').length / responses.length,
  }
}

/** How often votes and rewards are right, over the questions whose answers are known, and the responses that may vote. */
function describeAccuracy(groups: readonly RewardedGroup[], reward: Config['reward']): Partial<StepMetrics> {
  let [votes, rightVotes, rewards, rightRewards] = [0, 0, 0, 0]
  for (const { vote, right, responses } of groups) {
    if (right === null) continue
    if (vote.majority !== null) {
      votes += 1
      rightVotes += right[vote.answers.indexOf(vote.majority)]!
    }
    for (const [i, response] of responses.entries()) {
      if (!mayVote(response, reward)) continue
      rewards += 1
      rightRewards += Number(vote.rewards[i]! > 0.5 === (right[i] === 1))
    }
  }
  return {
    'vote.accuracy': votes === 0 ? null : rightVotes / votes,
    'reward.accuracy': rewards === 0 ? null : rightRewards / rewards,
  }
}
