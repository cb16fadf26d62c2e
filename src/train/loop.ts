// SeRL's training loop (arXiv 2505.20347, algorithm 1), top to bottom.
//
// A step: the model writes questions like the seeds; rules and ROUGE-L drop the bad and the familiar; it answers each
// question n times; answers that agree with the majority earn 1; questions that are neither settled nor hopeless are
// kept; Reinforce++ with a KL penalty makes advantages; PPO's clipped loss updates the policy.
//
// Departures from the reference implementation: the vote sees the response alone; text without an answer never votes,
// nor does a response that the token limit cut off (but with reward.unfinishedVotes); advantages are normalised after the
// difficulty filter; ROUGE-L also looks at the questions kept so far; surplus questions and groups wait for the next
// step; a search that finds nothing ends with an error; guards watch for collapse, and can end the run or take it back
// to its best model. docs/method.md tells each stage.

import { evaluate } from '../eval/evaluate.ts'
import { endingTrip, type Trip, tripText } from '../guard/guards.ts'
import { addToPool, type Pool } from '../instruct/pool.ts'
import type { StepMetrics } from '../log/metrics.ts'
import { createRandom } from '../random.ts'
import { judgeGroups, keepByDifficulty, rolloutLine } from '../reward/judge-groups.ts'
import { nextKlCoef } from '../rl/kl-controller.ts'
import { planMinibatches } from '../rl/minibatches.ts'
import { buildTrainBatch } from '../rl/train-batch.ts'
import { updatePolicy } from '../rl/update.ts'
import type { JudgedGroup } from '../rollout/group.ts'
import { saveCheckpoint } from '../run/save-checkpoint.ts'
import type { TrainState } from '../run/train-state.ts'
import { describeStep, type Learned } from './describe-step.ts'
import { freshInstructions } from './instructions.ts'
import { isFinished, iterationOver, nextIteration } from './iteration.ts'
import { noInstruction, nothingToTrainOn } from './nothing-acceptable.ts'
import { guardStep, observe } from './observe.ts'
import { type Run, stopIfAsked } from './run.ts'
import { sampleGroups } from './sample.ts'
import { due, saveAfter, wantsCheckpoint } from './saving.ts'
import { endEarly, type Stopped } from './stop.ts'
import { countRound, newTally, type Tally, timed } from './tally.ts'

/**
 * Trains for `train.iterations` times `train.steps` steps, or until a guard ends it. Stopped by the run's signal, by a
 * user's mistake such as a search that found nothing, or by gradients that are not finite, it first saves a checkpoint of
 * the last whole step.
 * @returns why it ended early; null: it did not
 * @throws Interrupted, NothingAcceptable, UserError, NoFiniteGradient
 */
export async function train(run: Run, start: TrainState): Promise<Stopped | null> {
  const { config } = run
  let state = start
  try {
    // step 0, or a step stopped during its evaluation
    let trip = state.openLine === null ? null : await closeStep(run, state)
    while (trip === null && !isFinished(config, state)) {
      if (iterationOver(config, state)) state = await nextIteration(run, state)
      const next = structuredClone(state)
      next.step += 1
      const tally = newTally()
      trip = await run.trace.span(`step ${next.step}`, async () => {
        const groups = await gatherGroups(run, next, tally)
        const signals = await run.trace.span('observe', () => observe(run, next, tally))
        const learned = groups.length === 0 ? null : await timed(tally, 'update', () => learn(run, next, groups))
        next.iteration.steps += 1
        next.emptySteps = learned === null ? state.emptySteps + 1 : 0
        next.openLine = describeStep(next, tally, learned, signals)
        state = next // weights and state belong together again
        return closeStep(run, state)
      })
      if (state.emptySteps > config.train.maxEmptySteps) throw nothingToTrainOn(tally, config)
    }
    return trip === null ? null : await endEarly(run, state, trip)
  } catch (error) {
    await saveAfter(error, run, state)
    throw error
  }
}

/** Questions sampled and judged until enough of them lie inside the difficulty band, or rounds or questions are used up. */
async function gatherGroups(run: Run, state: TrainState, tally: Tally): Promise<JudgedGroup[]> {
  const { config, folder, trace } = run
  const { promptsPerStep, maxRounds, maxStaleness, whenShort } = config.rollout
  const kept = state.queuedGroups.filter((group) => group.step >= state.step - maxStaleness)
  tally.expired = state.queuedGroups.length - kept.length
  for (let round = 0; kept.length < promptsPerStep && round < maxRounds; round++) {
    const instructions = await timed(tally, 'propose', () =>
      trace.span('propose', () => freshInstructions(run, state, tally)),
    )
    if (instructions.length === 0) {
      if (kept.length === 0 && tally.accepted === 0) throw noInstruction(tally)
      break
    }
    const at = { step: state.step, round }
    const groups = await timed(tally, 'rollout', () =>
      trace.span('rollout', () => sampleGroups(run, at, instructions, tally)),
    )
    const judged = await timed(tally, 'rollout', () => trace.span('judge', () => judgeGroups(run, groups, state.step)))
    const within = keepByDifficulty(judged, config.difficulty)
    kept.push(...within)
    if (config.instruct.source === 'self') state.pool = remember(state.pool, within, config.instruct.poolLimit)
    countRound(tally, judged, within.length)
    await folder.rollouts(
      state.step,
      judged.map((group) => rolloutLine(group, config.difficulty)),
    )
  }
  state.queuedGroups = kept.splice(promptsPerStep)
  if (kept.length < promptsPerStep && whenShort === 'stop') throw nothingToTrainOn(tally, config)
  return kept
}

const remember = (pool: Pool, groups: readonly JudgedGroup[], limit: number): Pool =>
  addToPool(
    pool,
    groups.map((group) => group.instruction),
    limit,
  )

/** Advantages, then the optimizer steps. Not interrupted: half an update belongs to no step. */
async function learn(run: Run, state: TrainState, groups: readonly JudgedGroup[]): Promise<Learned> {
  const { config, model, trace } = run
  const klCoef = config.kl.target === null ? config.kl.coef : (state.klCoef ?? config.kl.coef)
  const sequences = groups.reduce((sum, group) => sum + group.completions.length, 0)
  const order = createRandom([config.train.seed, 'minibatches', state.step])
  const minibatches = planMinibatches(
    groups.map((group) => group.completions.length),
    config.update,
    order,
  )
  const batch = await buildTrainBatch(model.engine, groups, config, { step: state.step, klCoef, minibatches }, trace)
  const progress = {
    optimizerStep: state.optimizerStep,
    scheduleStep: state.iteration.optimizerSteps,
    klCoef,
    minibatches,
  }
  const update = await updatePolicy(model.engine, batch.sequences, config, progress, trace)
  for (const name of update.skipped) run.reporter.note(`optimizer step skipped: the gradient of ${name} is not finite`)
  state.optimizerStep += update.optimizerSteps
  state.iteration.optimizerSteps += update.optimizerSteps
  state.iteration.instructions += groups.length
  if (batch.klMean !== null) state.klCoef = nextKlCoef(klCoef, batch.klMean, sequences, config.kl)
  return { groups: groups.length, klCoef, batch, update }
}

/**
 * Evaluation, guards, the metrics line, the checkpoint. A step that a guard makes the last is evaluated though none was
 * due: the run must not end on the accuracy of an older model.
 * @returns a guard that wants the run to end
 */
async function closeStep(run: Run, state: TrainState): Promise<Trip | null> {
  const { config, folder, reporter, trace } = run
  const started = performance.now()
  const guarded = (measured: Partial<StepMetrics>) =>
    guardStep({ ...state.openLine!, ...measured }, config, state.guard)
  const evaluation = () => trace.span('evaluation', () => evaluateHeldOut(run))
  const evaluated = due(config, state, config.eval.every)
  let closed = guarded(evaluated ? await evaluation() : {})
  if (!evaluated && endingTrip(closed.trips) !== null) closed = guarded(await evaluation())
  const { trips, guard } = closed
  const seconds = (state.openLine!['seconds.total'] ?? 0) + (performance.now() - started) / 1000
  const line = { ...closed.line, 'seconds.total': seconds }
  state.guard = guard
  await folder.metrics(line)
  reporter.step(line)
  for (const trip of trips) if (trip.isNew) reporter.note(tripText(trip, config.guard))
  state.openLine = null
  if (wantsCheckpoint(config, state)) {
    await trace.span('checkpoint', () => saveCheckpoint(run.model, state, folder, config.checkpoint.keep))
  }
  return endingTrip(trips)
}

async function evaluateHeldOut(run: Run): Promise<Partial<StepMetrics>> {
  const { config, model, checker, heldOut, reporter } = run
  if (heldOut.length === 0) return {}
  stopIfAsked(run)
  const { stopTokens, maxPositions } = model
  const params = { format: config.rollout, maxNewTokens: config.eval.maxNewTokens, stopTokens, maxPositions }
  const progress = (done: number, total: number): void => reporter.progress('evaluating', done, total)
  const result = await evaluate({ ...model, checker }, heldOut, params, progress)
  stopIfAsked(run)
  return { 'eval.accuracy': result.accuracy, 'eval.unfinished': result.unfinished / result.n }
}
