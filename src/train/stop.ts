import { existsSync } from 'node:fs'
import { rollBack } from '../checkpoint/rollback.ts'
import { saveCheckpoint } from '../checkpoint/save.ts'
import { type Trip, tripText } from '../guard/guards.ts'
import { checkpointFolder } from '../log/run-folder.ts'
import type { Run } from './run.ts'
import type { TrainState } from './state.ts'

/** Why a run ended before its last step, and which step's model it ends with. */
export interface Stopped extends Trip {
  readonly text: string
  readonly modelOfStep: number
}

/** Does what a guard demands: the run ends with the model as it is, or as it was when it was best. */
export async function endEarly(run: Run, state: TrainState, trip: Trip): Promise<Stopped> {
  const { config, model, folder, reporter } = run
  const best = state.guard.best!.step
  const text = tripText(trip, config.guard)
  const saved = existsSync(checkpointFolder(folder.path, best)) // not where rolling back was asked for later on
  if (trip.action !== 'rollback' || best === state.step || !saved) {
    await saveCheckpoint(model, state, folder, config.checkpoint.keep)
    reporter.note(`stopped after step ${state.step}: ${text}`)
    return { ...trip, text, modelOfStep: state.step }
  }
  await rollBack(model, folder.path, best)
  reporter.note(`stopped after step ${state.step}, and went back to the model of step ${best}: ${text}`)
  return { ...trip, text, modelOfStep: best }
}
