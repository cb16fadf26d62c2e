import { existsSync } from 'node:fs'
import type { Config } from '../config/schema.ts'
import { endingTrip, type Trip, tripText } from '../guard/guards.ts'
import { checkpointFolder } from '../run/run-folder.ts'
import { saveCheckpoint } from '../run/save-checkpoint.ts'
import type { Stopped, TrainState } from '../run/train-state.ts'
import type { TrainContext } from './context.ts'
import { evaluateFurtherSets } from './evaluate-further-sets.ts'
import { evaluateHeldOut, type HeldOutResult } from './evaluate-held-out.ts'
import { guardStep } from './observe.ts'
import { watchPanel } from './panel.ts'
import { due, wantsCheckpoint } from './saving.ts'

/**
 * What follows a step: panel, evaluation, guards, the metrics line, the checkpoint. A step that a guard makes the last is evaluated though none was
 * due: the run must not end on the accuracy of an older model. So is one after which there is nothing to train on (`state.stopped`).
 * A guard's trip is put there, too.
 */
export async function closeStep(context: TrainContext, state: TrainState): Promise<void> {
  const { config, folder, reporter, trace } = context
  const started = performance.now()
  const asksPanel = context.panel.length > 0 && due(config, state, config.panel.every)
  const panel = asksPanel ? await trace.span('panel', () => watchPanel(context, state)) : null
  const open = { ...state.openLine!, ...panel?.metrics }
  const isKept = (step: number) => existsSync(checkpointFolder(folder.path, step))
  const guarded = (heldOut: HeldOutResult | null) => guardStep(open, heldOut, config, state.guard, isKept)
  const evaluation = () => trace.span('evaluation', () => evaluateHeldOut(context, state.step))
  const evaluated = due(config, state, config.eval.every)
  let heldOut = evaluated ? await evaluation() : null
  let closed = guarded(heldOut)
  const isLast = state.stopped !== null || endingTrip(closed.trips) !== null
  if (!evaluated && isLast) {
    heldOut = await evaluation()
    closed = guarded(heldOut)
  }
  const evaluations = [...(heldOut?.lines ?? []), ...(await evaluateFurtherSets(context, state, isLast))]
  const { trips, guard, isNewSet } = closed
  const seconds = (state.openLine!['seconds.total'] ?? 0) + (performance.now() - started) / 1000
  const line = { ...closed.line, 'seconds.total': seconds }
  state.guard = guard
  state.panel = panel?.state ?? state.panel
  await folder.evaluations(evaluations)
  await folder.metrics(line)
  reporter.step(line, evaluations)
  if (isNewSet) reporter.note('the held-out questions have changed: the best model is sought anew from this step')
  for (const trip of trips) if (trip.isNew) reporter.note(tripText(trip, config.guard))
  state.openLine = null
  state.stopped = stoppedBy(endingTrip(trips), config) ?? state.stopped
  if (wantsCheckpoint(config, state)) {
    await trace.span('checkpoint', () => saveCheckpoint(context.model, state, folder, config.checkpoint.keep))
  }
}

const stoppedBy = (trip: Trip | null, { guard }: Config): Stopped | null =>
  trip === null ? null : { step: trip.step, text: tripText(trip, guard), trip }
