import type { Config } from '../config/schema.ts'
import { counted } from '../log/counted.ts'
import { keepsReference } from '../rl/train-batch.ts'
import { firstIteration, type TrainState } from '../run/train-state.ts'
import type { TrainContext } from './context.ts'

/** Are the steps, or the questions, of this iteration used up? */
export function iterationOver({ train }: Config, { iteration }: TrainState): boolean {
  const asked = train.instructions > 0 && iteration.questions >= train.instructions
  return asked || iteration.steps >= train.steps
}

export const isFinished = (config: Config, state: TrainState): boolean =>
  iterationOver(config, state) && state.iteration.index + 1 >= config.train.iterations

/** How to continue a finished run: the setting that ended it, and what to set it to. */
export function howToGoOn({ train }: Config, { step, iteration }: TrainState): string {
  if (train.instructions > 0 && iteration.questions >= train.instructions) {
    return (
      `train.instructions = ${train.instructions} ended it, after training on ${counted(iteration.questions, 'question')}, ` +
      'not train.steps: set train.instructions higher, or 0 to use train.steps only'
    )
  }
  if (train.iterations === 1) return '--resume --steps N continues training to step N'
  return (
    `--resume --steps N continues its last iteration from ${iteration.steps} to N steps (step ` +
    `${step - iteration.steps} + N of the run); a higher train.iterations adds another`
  )
}

/**
 * The paper's outer loop: the next iteration starts from the model of the last one, which becomes the reference for
 * KL; the learning-rate schedule starts again. Pool, queues and AdamW's moments are kept.
 */
export async function nextIteration({ config, model, reporter }: TrainContext, state: TrainState): Promise<TrainState> {
  if (keepsReference(config)) await model.engine.syncReference()
  const index = state.iteration.index + 1
  reporter.note(`iteration ${index + 1} of ${config.train.iterations}`)
  return { ...state, klCoef: null, iteration: { ...firstIteration, index } }
}
