import { createRandom } from '../random.ts'
import { chooseTrained } from '../reward/choose-trained.ts'
import { trainedOn } from '../reward/unfinished.ts'
import { nextKlCoef } from '../rl/kl-controller.ts'
import { planMinibatches } from '../rl/minibatches.ts'
import { buildTrainBatch, type TrainBatch } from '../rl/train-batch.ts'
import { type UpdateStats, updatePolicy } from '../rl/update.ts'
import type { RewardedGroup } from '../rollout/group.ts'
import type { TrainState } from '../run/train-state.ts'
import type { TrainContext } from './context.ts'
import { trainedLines } from './trained-lines.ts'

/** A step's batch with its advantages, before the update. */
export interface PlannedBatch {
  readonly groups: number // trained on
  readonly leftOver: number // of these, sampled in an earlier step
  readonly klCoef: number // used for it
  readonly minibatches: readonly (readonly number[])[] // [optimizer steps] indices of sequences
  readonly batch: TrainBatch
}

/** What the update of a step did. */
export interface Learned extends PlannedBatch {
  readonly update: UpdateStats
}

/**
 * Advantages of every token, and what else the loss needs; which sequences each optimizer step takes. The advantages are
 * logged.
 */
export async function advantages(
  { config, folder, model, trace }: TrainContext,
  state: TrainState,
  kept: readonly RewardedGroup[],
): Promise<PlannedBatch> {
  const { rollout, reward, train } = config
  const groups = kept.map((group) => {
    const random = createRandom([train.seed, 'trained', state.step, group.question.id])
    return chooseTrained(trainedOn(group, config), rollout.samplesPerPrompt, reward.choose, random)
  })
  const klCoef = config.kl.target === null ? config.kl.coef : (state.klCoef ?? config.kl.coef)
  const sizes = groups.map((group) => group.responses.length)
  const order = createRandom([config.train.seed, 'minibatches', state.step])
  const minibatches = planMinibatches(sizes, config.update, order)
  const batch = await buildTrainBatch(model.engine, groups, config, { step: state.step, klCoef, minibatches }, trace)
  const bytes = model.tokenizer.tokenBytes(model.engine.info.vocabSize)
  await folder.trained(state.step, trainedLines(state.step, { kept, groups, sequences: batch.sequences }, bytes))
  const leftOver = groups.filter((group) => group.step < state.step).length
  return { groups: groups.length, leftOver, klCoef, minibatches, batch }
}

/**
 * The optimizer steps. Not interrupted: half an update belongs to no step.
 * @throws NoFiniteGradient
 */
export async function update(
  { config, model, reporter, trace }: TrainContext,
  state: TrainState,
  planned: PlannedBatch,
): Promise<Learned> {
  const { groups, klCoef, minibatches, batch } = planned
  const progress = {
    optimizerStep: state.optimizerStep,
    trainingStep: state.iteration.steps,
    klCoef,
    minibatches,
    onStep: (done: number, total: number) => reporter.progress('updating', done, total),
  }
  const stats = await updatePolicy(model.engine, batch.sequences, config, progress, trace)
  for (const name of stats.skipped) reporter.note(`optimizer step skipped: the gradient of ${name} is not finite`)
  state.optimizerStep += stats.optimizerSteps
  state.iteration.optimizerSteps += stats.optimizerSteps
  state.iteration.questions += groups
  if (batch.klMean !== null) state.klCoef = nextKlCoef(klCoef, batch.klMean, batch.sequences.length, config.kl)
  return { ...planned, update: stats }
}
