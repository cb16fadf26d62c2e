import { existsSync } from 'node:fs'
import type { Config } from '../config/schema.ts'
import { UserError } from '../errors.ts'
import { rollsBack } from '../guard/guards.ts'
import { NoFiniteGradient } from '../rl/update.ts'
import { checkpointFolder } from '../run/run-folder.ts'
import { NoSpace, saveCheckpoint } from '../run/save-checkpoint.ts'
import type { TrainState } from '../run/train-state.ts'
import { Interrupted, type TrainContext } from './context.ts'
import { iterationOver } from './iteration.ts'

/** Every few steps (a setting), before the first, and after the last of an iteration. */
export const due = (config: Config, state: TrainState, every: number): boolean =>
  state.step % every === 0 || iterationOver(config, state)

/**
 * A model that held-out questions or the panel found the best is saved at once, if a run may end with it. The base model is at its own
 * path.
 */
export function wantsCheckpoint(config: Config, state: TrainState): boolean {
  const { best } = state.guard
  if (state.step === 0) return false
  const keepsBest = config.checkpoint.final === 'best' || rollsBack(config.guard)
  return (keepsBest && best?.step === state.step) || due(config, state, config.checkpoint.every)
}

/**
 * A checkpoint of the last whole step, where the error left weights and state as they were then, and there is none yet.
 * Before the first step there is nothing to save.
 */
export async function saveAfter(
  error: unknown,
  { model, folder, config }: TrainContext,
  state: TrainState,
): Promise<void> {
  const known = error instanceof Interrupted || error instanceof UserError || error instanceof NoFiniteGradient
  if (!known || error instanceof NoSpace || state.step === 0) return
  if (existsSync(checkpointFolder(folder.path, state.step))) return
  await saveCheckpoint(model, state, folder, config.checkpoint.keep)
}
