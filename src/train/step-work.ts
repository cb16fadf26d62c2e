import type { Config } from '../config/schema.ts'
import { sampledPerPrompt } from '../reward/choose-trained.ts'
import { keepsReference } from '../rl/train-batch.ts'

/** What a step computes, roughly. */
export interface StepSizes {
  readonly parameters: number
  readonly instructPrompt: number // tokens; 0: no question is written
  readonly answerPrompt: number // tokens
}

// a forward and a backward pass are three forward passes
const trainingPasses = 3
// 54 GFLOP/s a thread when sampling 128 rows of a model of 135 million parameters, and half of it over whole steps of
// small models (docs/benchmarks.md)
const threadFlops = { least: 1e10, most: 5e10 }

/** Multiplications and additions of a step at least and at most: responses end early or not, questions are rejected or not. */
export function stepFlops(sizes: StepSizes, config: Config): { readonly least: number; readonly most: number } {
  const { instruct, rollout } = config
  const samples = sampledPerPrompt(config)
  const passes = trainingPasses + (keepsReference(config) ? 1 : 0) + 1 // the old log-probabilities
  const tokens = (share: number, rounds: number): number => {
    const sampled = rollout.maxNewTokens * share
    const asked = sizes.instructPrompt === 0 ? 0 : sizes.instructPrompt + instruct.maxNewTokens * share
    const written = rounds * instruct.promptsPerRound * asked
    const answered = rounds * rollout.promptsPerRound * (sizes.answerPrompt + samples * sampled)
    const trained = rollout.promptsPerStep * rollout.samplesPerPrompt * (sizes.answerPrompt + sampled)
    return written + answered + passes * trained
  }
  return { least: 2 * sizes.parameters * tokens(0.25, 1), most: 2 * sizes.parameters * tokens(1, 2) }
}

/** Seconds of a first step on the CPU, as a range; null: no measurement tells of the device. */
export function stepSeconds(sizes: StepSizes, config: Config, threads: number): readonly [number, number] | null {
  if (config.model.device !== 'cpu') return null
  const { least, most } = stepFlops(sizes, config)
  return [least / (threads * threadFlops.most), most / (threads * threadFlops.least)]
}
