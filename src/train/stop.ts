import { existsSync } from 'node:fs'
import { percent } from '../log/percent.ts'
import { loadCheckpoint } from '../run/resume.ts'
import { rollBack } from '../run/rollback.ts'
import { checkpointFolder } from '../run/run-folder.ts'
import { saveCheckpoint } from '../run/save-checkpoint.ts'
import type { Stopped, TrainState } from '../run/train-state.ts'
import type { TrainContext } from './context.ts'
import { NothingAcceptable } from './nothing-acceptable.ts'

/** How a run ended. */
export interface Ended {
  readonly stopped: Stopped | null // null: it did all its steps
  readonly modelOfStep: number // that the engine holds now
  readonly bestNotKept: number | null // the step that it should have gone back to, if it could not
  readonly selected: boolean // held-out questions chose the model, or when to stop
}

/**
 * The last model is as good as the best one, where the held-out questions that may choose give it at most 2 points less, or
 * one question: it has learned longer, and so small a lead is mostly luck.
 * @param questions that may choose
 */
const smallLead = (questions: number): number => Math.max(0.02, 1 / questions) + 1e-9

/**
 * Ends a run with its best model or its last one, as guard and settings want it.
 * @throws NothingAcceptable where the run never found anything to train on
 */
export async function endRun(context: TrainContext, state: TrainState): Promise<Ended> {
  const { config, reporter } = context
  const { stopped } = state
  const trip = stopped?.trip ?? null
  if (stopped !== null && trip === null && state.optimizerStep === 0) throw new NothingAcceptable(stopped.text)
  const { best, drop } = state.guard
  const chooses = config.checkpoint.final === 'best' && best !== null && best.accuracy !== null
  const selected = chooses || trip?.action === 'rollback' || trip?.guard === 'accuracyDrop'
  const goesBack = trip?.action === 'rollback' || (chooses && (drop ?? 0) > smallLead(best.verdicts!.length))
  const place =
    goesBack && best!.step !== state.step
      ? await goBack(context, state, trip?.action === 'rollback')
      : await stayHere(context, state, stopped !== null)
  const because = stopped === null ? '' : `: ${stopped.text}`
  const lead = chooses && place.modelOfStep !== state.step ? leadText(best.accuracy!, drop ?? 0) : ''
  if (stopped !== null || place.modelOfStep !== state.step || place.bestNotKept !== null) {
    reporter.note(`stopped after step ${state.step}${placeText(state.step, place)}${lead}${because}`)
  }
  return { stopped, selected, ...place }
}

type Place = Pick<Ended, 'modelOfStep' | 'bestNotKept'>

function placeText(step: number, { modelOfStep, bestNotKept }: Place): string {
  const back = modelOfStep === step ? '' : `, and went back to the model of step ${modelOfStep}`
  if (bestNotKept === null) return back
  return `${back}. It could not go back: the best model, of step ${bestNotKept}, was not kept; final/ is the model of step ${modelOfStep}`
}

const leadText = (accuracy: number, drop: number): string =>
  ` (${percent(accuracy)} of the held-out questions that choose a model, the last one ${percent(accuracy - drop)})`

async function stayHere({ config, model, folder }: TrainContext, state: TrainState, saves: boolean): Promise<Place> {
  if (saves) await saveCheckpoint(model, state, folder, config.checkpoint.keep)
  return { modelOfStep: state.step, bestNotKept: null }
}

/**
 * Loads the best model. The base model is at its own path; another one has a checkpoint, unless the settings did not want
 * it when it was trained. If neither can be read any more, the run ends with the last model, and says so.
 * @param forgets whether later checkpoints are removed: a resumed run then continues from the best model
 */
async function goBack(context: TrainContext, state: TrainState, forgets: boolean): Promise<Place> {
  const { config, model, folder } = context
  const best = state.guard.best!.step
  const kept = existsSync(checkpointFolder(folder.path, best))
  const base = kept || best > 0 ? null : await model.readWeights(config.model.path!).catch(() => null)
  if (!kept && base === null) return { ...(await stayHere(context, state, true)), bestNotKept: best }
  if (!forgets) await stayHere(context, state, true)
  if (base !== null) await model.engine.importTensors(base)
  else await loadCheckpoint(model, checkpointFolder(folder.path, best))
  if (forgets) await rollBack(folder.path, best)
  return { modelOfStep: best, bestNotKept: null }
}
