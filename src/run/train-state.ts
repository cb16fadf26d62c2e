import { type GuardMemory, newGuardMemory } from '../guard/memory.ts'
import type { Pool } from '../instruct/pool.ts'
import { type StepMetrics, stepMetrics } from '../log/metrics.ts'
import type { Completion, Instruction, JudgedGroup } from '../rollout/group.ts'

/**
 * All that a run carries from one step to the next besides weights and optimizer state. Generators are not in it: each
 * draw is keyed by (seed, purpose, step).
 */
export interface TrainState {
  step: number // whole steps done
  optimizerStep: number // optimizer steps taken
  emptySteps: number // steps in a row that found nothing to train on
  iteration: IterationState
  klCoef: number | null // as the controller left it; null = as configured
  givenTaken: number // seed questions handed out, for instruct.source given
  pool: Pool // questions that passed the difficulty filter
  queuedInstructions: QueuedInstruction[] // accepted, not sampled yet
  queuedGroups: JudgedGroup[] // inside the difficulty band, not trained on yet
  openLine: StepMetrics | null // of a step that still wants its evaluation and its line in metrics.jsonl
  guard: GuardMemory
}

/** Where the run stands in the iteration that began when the reference was last set. */
export interface IterationState {
  index: number // 0: the reference is the base model
  steps: number // done in it
  optimizerSteps: number
  instructions: number // trained on
}

/** A question that waits to be answered. */
export interface QueuedInstruction extends Instruction {
  readonly step: number // that accepted it
}

export const firstIteration: IterationState = { index: 0, steps: 0, optimizerSteps: 0, instructions: 0 }

export const initialState = (pool: Pool): TrainState => ({
  step: 0,
  optimizerStep: 0,
  emptySteps: 0,
  iteration: { ...firstIteration },
  klCoef: null,
  givenTaken: 0,
  pool,
  queuedInstructions: [],
  queuedGroups: [],
  openLine: stepMetrics({ step: 0 }),
  guard: newGuardMemory(),
})

/** JSON text; float32 values survive it exactly. */
export function encodeState(state: TrainState): string {
  const plain = { version: 2, ...state }
  return `${JSON.stringify(plain, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value))}\n`
}

/** The inverse of encodeState. */
export function decodeState(text: string): TrainState {
  const { version, ...state } = JSON.parse(text) as TrainState & { version: number }
  if (version !== 2) throw new RangeError(`state version ${version} is not known`)
  return { ...state, queuedGroups: state.queuedGroups.map(decodeGroup) }
}

const decodeGroup = (group: JudgedGroup): JudgedGroup => ({
  ...group,
  promptTokens: Int32Array.from(group.promptTokens),
  completions: group.completions.map(decodeCompletion),
  judgement: { ...group.judgement, rewards: Float32Array.from(group.judgement.rewards) },
})

const decodeCompletion = (completion: Completion): Completion => ({
  ...completion,
  tokens: Int32Array.from(completion.tokens),
  logprobs: Float32Array.from(completion.logprobs),
})
