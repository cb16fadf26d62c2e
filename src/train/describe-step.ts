import { type StepMetrics, stepMetrics } from '../log/metrics.ts'
import type { TrainBatch } from '../rl/train-batch.ts'
import type { UpdateStats } from '../rl/update.ts'
import type { JudgedGroup } from '../rollout/group.ts'
import type { TrainState } from '../run/train-state.ts'
import type { Tally } from './tally.ts'

/** What the update of a step did. */
export interface Learned {
  readonly groups: number // trained on
  readonly klCoef: number // used for it
  readonly batch: TrainBatch
  readonly update: UpdateStats
}

/**
 * A step's metrics, evaluation aside.
 * @param learned null: the step found nothing to train on
 * @param signals what guards watch
 */
export function describeStep(
  state: TrainState,
  tally: Tally,
  learned: Learned | null,
  signals: Partial<StepMetrics>,
): StepMetrics {
  return stepMetrics({
    step: state.step,
    iteration: state.iteration.index + 1,
    ...describeSampling(tally.sampled),
    ...signals,
    'instructions.proposed': tally.proposals.length,
    'instructions.kept': tally.accepted,
    'instructions.tooLong': tally.tooLong,
    'groups.expired': tally.expired,
    'groups.sampled': tally.sampled.length,
    'groups.kept': tally.kept,
    'groups.trained': learned?.groups ?? 0,
    ...(learned === null ? {} : describeUpdate(learned)),
    'tokens.generated': tally.tokensGenerated,
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
  }
}

/** Means over every group judged in the step, whether or not it was kept. */
function describeSampling(groups: readonly JudgedGroup[]): Partial<StepMetrics> {
  if (groups.length === 0) return {}
  const completions = groups.flatMap((group) => group.completions)
  const sum = (pick: (group: JudgedGroup) => number): number => groups.reduce((total, group) => total + pick(group), 0)
  return {
    'reward.mean': sum(({ judgement }) => judgement.rewards.reduce((a, b) => a + b, 0)) / completions.length,
    'vote.majorityShare': sum(({ judgement }) => judgement.majorityShare) / groups.length,
    'vote.answerless': sum(({ judgement }) => judgement.answerless) / completions.length,
    'vote.timeouts': sum(({ judgement }) => judgement.timeouts),
    'responses.lengthMean': completions.reduce((total, c) => total + c.tokens.length, 0) / completions.length,
    'responses.unfinished': completions.filter((c) => c.finishReason === 'length').length / completions.length,
  }
}
