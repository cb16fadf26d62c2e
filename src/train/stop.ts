import { existsSync } from 'node:fs'
import { type Trip, tripText } from '../guard/guards.ts'
import { rollBack } from '../run/rollback.ts'
import { checkpointFolder } from '../run/run-folder.ts'
import { saveCheckpoint } from '../run/save-checkpoint.ts'
import type { TrainState } from '../run/train-state.ts'
import type { TrainContext } from './context.ts'

/** Why a run ended before its last step, and which step's model it ends with. */
export interface Stopped extends Trip {
  readonly text: string
  readonly modelOfStep: number
  readonly bestNotKept: number | null // the step that a rollback should have restored, if it could not
}

type Ending = Pick<Stopped, 'modelOfStep' | 'bestNotKept'>

/** Carries out a guard's action: the run ends with the model as it is, or with its best one. */
export async function endEarly(context: TrainContext, state: TrainState, trip: Trip): Promise<Stopped> {
  const { step } = state
  const ending = trip.action === 'rollback' ? await goBack(context, state) : await stayHere(context, state)
  const text = tripText(trip, context.config.guard)
  const { modelOfStep, bestNotKept } = ending
  const back = modelOfStep === step ? '' : `, and went back to the model of step ${modelOfStep}`
  const lost =
    bestNotKept === null
      ? ''
      : `. It could not roll back: the best model, of step ${bestNotKept}, was not kept, because no guard had the ` +
        `action rollback when it was trained; final/ is the model of step ${modelOfStep}`
  context.reporter.note(`stopped after step ${step}${back}: ${text}${lost}`)
  return { ...trip, text, ...ending }
}

async function stayHere({ config, model, folder }: TrainContext, state: TrainState): Promise<Ending> {
  await saveCheckpoint(model, state, folder, config.checkpoint.keep)
  return { modelOfStep: state.step, bestNotKept: null }
}

/** If rollback was enabled later, the best may have no checkpoint; the base model is still at its own path. */
async function goBack(context: TrainContext, state: TrainState): Promise<Ending> {
  const { config, model, folder, reporter } = context
  const best = state.guard.best!.step
  if (best === state.step) return stayHere(context, state)
  if (existsSync(checkpointFolder(folder.path, best))) {
    await rollBack(model, folder.path, best)
    return { modelOfStep: best, bestNotKept: null }
  }
  if (best > 0) return { ...(await stayHere(context, state)), bestNotKept: best }
  await model.engine.importTensors(await model.readWeights(config.model.path!))
  reporter.note(`the initial model was the best: loaded again from ${config.model.path}; checkpoints are unchanged`)
  return { modelOfStep: 0, bestNotKept: null }
}
