// SeRL's training loop (arXiv 2505.20347, algorithm 1), top to bottom. A step, in the order of takeStep:
//
//   propose     the model writes questions like the seeds                        instruct/
//   filter      rules and ROUGE-L reject the bad and the familiar                filter/
//   answer      it answers each accepted question n times                        rollout/
//   vote        responses that agree with the majority are rewarded with 1       answers/, reward/
//   keep        questions inside the difficulty band: not settled, not hopeless  reward/
//   advantages  Reinforce++ with a KL penalty, token by token                    rl/
//   update      PPO's clipped loss                                               rl/
//
// Files beside this one give a stage what it needs from the run, and log and count the results: propose.ts (filter
// too), answer.ts (a frozen vote too), more-votes.ts (only where it was asked for), keep.ts, learn.ts (advantages, update).
// The vote has none: it is called from here.
// close-step.ts is what follows a step: panel, evaluation, guards, log, checkpoint. stop.ts is how a run ends.
// docs/method.md describes each stage, docs/glossary.md each term.
//
// Departures from the reference implementation: the vote sees the response alone; text without an answer never votes,
// nor does a response that the token limit cut off (except with reward.unfinishedVotes); advantages are normalised after
// the difficulty band; ROUGE-L also looks at the questions kept so far; surplus questions and groups wait for the next
// step; a search that finds nothing ends the run; guards watch for collapse, and can end the run or take it back to its
// best model.

import type { StepMetrics } from '../log/metrics.ts'
import { vote } from '../reward/vote.ts'
import type { RewardedGroup } from '../rollout/group.ts'
import { isAskedToStop } from '../run/stop-request.ts'
import type { TrainState } from '../run/train-state.ts'
import { answer } from './answer.ts'
import { closeStep } from './close-step.ts'
import { Interrupted, type TrainContext } from './context.ts'
import { describeStep } from './describe-step.ts'
import { isFinished, iterationOver, nextIteration } from './iteration.ts'
import { keep } from './keep.ts'
import { advantages, type Learned, update } from './learn.ts'
import { moreVotes } from './more-votes.ts'
import { type NothingAcceptable, nothingToTrainOn, wantOf } from './nothing-acceptable.ts'
import { observe } from './observe.ts'
import { propose } from './propose.ts'
import { roundSize } from './round-size.ts'
import { saveAfter } from './saving.ts'
import { type Ended, endRun } from './stop.ts'
import { newTally, type Tally, type TimedStage, timed, underwayOf } from './tally.ts'

/**
 * Trains for `train.iterations` times `train.steps` steps, or until a guard ends it or nothing is left to train on. Stopped
 * by the run's signal, by a user's mistake, or by gradients that are not finite, it first saves a checkpoint of the last
 * completed step.
 * @throws Interrupted, UserError, NoFiniteGradient; NothingAcceptable, if it has never found anything to train on
 */
export async function train(context: TrainContext, start: TrainState): Promise<Ended> {
  const { config, trace } = context
  let state = start
  try {
    // step 0, or a step stopped during its evaluation
    if (state.openLine !== null) await closeStep(context, state)
    while (state.stopped === null && !isFinished(config, state)) {
      stopWhereAsked(context, state)
      if (iterationOver(config, state)) state = await nextIteration(context, state)
      const next = structuredClone(state)
      next.step += 1
      const tally = newTally()
      await trace.span(`step ${next.step}`, async () => {
        const { learned, signals, want } = await takeStep(context, next, tally)
        if (want !== null && state.optimizerStep === 0) throw want // nothing was ever trained
        next.iteration.steps += 1
        next.emptySteps = learned === null ? state.emptySteps + 1 : 0
        next.openLine = describeStep(next, tally, learned, signals, config)
        const isStarved = next.emptySteps > config.train.maxEmptySteps
        const lack = want ?? (isStarved ? nothingToTrainOn(tally, config) : null)
        if (lack !== null) next.stopped = { step: next.step, text: lack.message, trip: null }
        state = next // weights and state belong together again
        await closeStep(context, state)
      })
    }
    return await endRun(context, state)
  } catch (error) {
    await saveAfter(error, context, state)
    throw error
  }
}

/** @throws Interrupted where `serl stop` asked the run to end; between two steps, so that none is lost */
function stopWhereAsked({ folder, reporter }: TrainContext, { step }: TrainState): void {
  if (!isAskedToStop(folder.path)) return
  reporter.note(`asked to stop: saving step ${step}`)
  throw new Interrupted()
}

interface Step {
  readonly learned: Learned | null // null: nothing to train on
  readonly signals: Partial<StepMetrics> // what guards watch
  readonly want: NothingAcceptable | null // why there is nothing more to train on
}

/**
 * The method. Questions are asked and answered until enough groups are kept, or rounds or questions are used up; then the
 * model learns from them.
 */
async function takeStep(context: TrainContext, state: TrainState, tally: Tally): Promise<Step> {
  const { config, trace } = context
  const { rollout } = config
  const { step } = state
  const stage = <T>(seconds: TimedStage, span: string, work: () => Promise<T>): Promise<T> =>
    timed(tally, seconds, () => trace.span(span, work))

  const begins = (name: string): void => context.reporter.underway({ step, stage: name, ...underwayOf(tally) })

  const kept = waitingGroups(context, state, tally)
  for (let round = 0; kept.length < rollout.promptsPerStep && round < rollout.maxRounds; round++) {
    const missing = rollout.promptsPerStep - kept.length
    const size = roundSize(config, missing, tally)
    begins('asking for questions')
    const questions = await stage('propose', 'propose', () => propose(context, state, tally, size))
    if (questions.length === 0) break
    const place = { step, round, missing }
    begins('answering')
    const groups = await stage('rollout', 'rollout', () => answer(context, state, place, questions, tally))
    begins('voting')
    const rewarded = await stage('rollout', 'vote', () => vote(context, groups, step))
    const decided = await timed(tally, 'rollout', () => moreVotes(context, place, rewarded, tally))
    kept.push(...(await keep(context, state, decided, tally)))
  }
  const want = wantOf(config, tally, kept.length)
  state.queuedGroups = kept.splice(want === null ? rollout.promptsPerStep : 0) // surplus waits for the next step
  const signals = await trace.span('observe', () => observe(context, state, tally))
  if (kept.length === 0) return { learned: null, signals, want }
  begins('scoring')
  const planned = await timed(tally, 'update', () => advantages(context, state, kept))
  begins('updating')
  const learned = await timed(tally, 'update', () => update(context, state, planned))
  return { learned, signals, want }
}

/** Groups kept in earlier steps and not trained on yet, except for those that waited too long. */
function waitingGroups({ config }: TrainContext, state: TrainState, tally: Tally): RewardedGroup[] {
  const waiting = state.queuedGroups.filter((group) => group.step >= state.step - config.rollout.maxStaleness)
  tally.expired = state.queuedGroups.length - waiting.length
  return waiting
}
