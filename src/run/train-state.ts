import { type GuardMemory, newGuardMemory } from '../guard/guard-state.ts'
import type { Trip } from '../guard/guards.ts'
import type { Pool } from '../instruct/pool.ts'
import type { Yields } from '../instruct/yields.ts'
import { type StepMetrics, stepMetrics } from '../log/metrics.ts'
import type { PanelState } from '../panel/reading.ts'
import type { FrozenVote, Question, Response, ResponseMask, RewardedGroup } from '../rollout/group.ts'

/**
 * A run's state between steps, besides weights and optimizer state. Generators are not in it: each
 * draw is keyed by (seed, purpose, step).
 */
export interface TrainState {
  step: number // whole steps done
  optimizerStep: number // optimizer steps taken
  emptySteps: number // steps in a row that found nothing to train on
  iteration: IterationState
  klCoef: number | null // as the controller left it; null = as configured
  givenTaken: number // seed questions handed out, for instruct.source given
  pool: Pool // kept questions that the model wrote
  asked: string[] // folded texts of questions that the model wrote and that were answered and not kept; the newest last
  queuedQuestions: QueuedQuestion[] // accepted, not answered yet
  queuedGroups: RewardedGroup[] // inside the difficulty band, not trained on yet
  openLine: StepMetrics | null // of a step whose evaluation and line in metrics.jsonl are still missing
  stopped: Stopped | null // the step is the run's last one
  guard: GuardMemory
  panel: PanelState | null // null: never read
  yields: Yields | null // of examples; null: not counted, with instruct.choose uniform and nothing retired
  frozen: FrozenVotes // of the base model, on seed questions: each is asked once
}

/** Why a run ends before its last step. */
export interface Stopped {
  readonly step: number
  readonly text: string
  readonly trip: Trip | null // of a guard; null: there was nothing more to train on
}

/** Votes that the base model has given, by the text of the question. */
export interface FrozenVotes {
  readonly key: string | null // of the settings that they were sampled with; null: there is none yet
  readonly votes: Readonly<Record<string, FrozenVote>>
}

/** Position in the iteration that began when the reference was last set. */
export interface IterationState {
  index: number // 0: the reference is the base model
  steps: number // done in it
  optimizerSteps: number
  questions: number // trained on
}

/** A question that waits to be answered. */
export interface QueuedQuestion extends Question {
  readonly step: number // that accepted it
}

export const firstIteration: IterationState = { index: 0, steps: 0, optimizerSteps: 0, questions: 0 }

const noFrozenVotes: FrozenVotes = { key: null, votes: {} }

export const initialState = (pool: Pool): TrainState => ({
  step: 0,
  optimizerStep: 0,
  emptySteps: 0,
  iteration: { ...firstIteration },
  klCoef: null,
  givenTaken: 0,
  pool,
  asked: [],
  queuedQuestions: [],
  queuedGroups: [],
  openLine: stepMetrics({ step: 0 }),
  stopped: null,
  guard: newGuardMemory(),
  panel: null,
  yields: null,
  frozen: noFrozenVotes,
})

/** state.json, under the names that saved runs have: docs/glossary.md. */
interface SavedState extends Omit<TrainState, 'iteration' | 'queuedQuestions' | 'queuedGroups' | 'yields'> {
  readonly version: number
  readonly yields?: Yields
  readonly iteration: Omit<IterationState, 'questions'> & { readonly instructions: number }
  readonly queuedInstructions: QueuedQuestion[]
  readonly queuedGroups: SavedGroup[]
}

interface SavedGroup extends Pick<RewardedGroup, 'promptTokens' | 'step' | 'right' | 'frozen'> {
  readonly instruction: RewardedGroup['question']
  readonly completions: RewardedGroup['responses']
  readonly judgement: RewardedGroup['vote']
  readonly masks?: RewardedGroup['masks'] // undefined in states of versions that had none
}

/** JSON text; float32 values survive it exactly. */
export function encodeState(state: TrainState): string {
  const { index, steps, optimizerSteps, questions } = state.iteration
  const saved: SavedState = {
    version: 3,
    step: state.step,
    optimizerStep: state.optimizerStep,
    emptySteps: state.emptySteps,
    iteration: { index, steps, optimizerSteps, instructions: questions },
    klCoef: state.klCoef,
    givenTaken: state.givenTaken,
    pool: state.pool,
    asked: state.asked,
    queuedInstructions: state.queuedQuestions,
    queuedGroups: state.queuedGroups.map(encodeGroup),
    openLine: state.openLine,
    stopped: state.stopped,
    guard: state.guard,
    panel: state.panel,
    ...(state.yields !== null && { yields: state.yields }),
    frozen: state.frozen,
  }
  return `${JSON.stringify(saved, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value))}\n`
}

/** The inverse of encodeState. */
export function decodeState(text: string): TrainState {
  const { version, iteration, queuedInstructions, queuedGroups, ...state } = JSON.parse(text) as SavedState
  if (version !== 2 && version !== 3) throw new RangeError(`unknown state version ${version}`)
  const { instructions, ...place } = iteration
  return {
    ...state,
    iteration: { ...place, questions: instructions },
    // older files have none of these
    asked: state.asked ?? [],
    guard: { ...newGuardMemory(), ...state.guard },
    panel: state.panel ?? null,
    stopped: state.stopped ?? null,
    openLine: state.openLine && stepMetrics(state.openLine), // an earlier program knew fewer keys
    yields: state.yields ?? null,
    frozen: state.frozen ?? noFrozenVotes,
    queuedQuestions: queuedInstructions,
    queuedGroups: queuedGroups.map(decodeGroup),
  }
}

const encodeGroup = ({
  question,
  promptTokens,
  responses,
  vote,
  masks,
  right,
  step,
  frozen,
}: RewardedGroup): SavedGroup => ({
  instruction: question,
  promptTokens,
  completions: responses,
  judgement: vote,
  masks,
  right,
  step,
  ...(frozen !== undefined && { frozen }),
})

const decodeGroup = ({
  instruction,
  promptTokens,
  completions,
  judgement,
  masks,
  right,
  step,
  frozen,
}: SavedGroup): RewardedGroup => ({
  question: instruction,
  promptTokens: Int32Array.from(promptTokens),
  responses: completions.map(decodeResponse),
  vote: { ...judgement, votes: judgement.votes ?? [0, 0], rewards: Float32Array.from(judgement.rewards) },
  masks: masks?.map(decodeMask) ?? null,
  right: right ? Float32Array.from(right) : null,
  step,
  ...(frozen !== undefined && { frozen }),
})

const decodeMask = (mask: ResponseMask): ResponseMask => (typeof mask === 'boolean' ? mask : Uint8Array.from(mask))

const decodeResponse = (response: Response): Response => ({
  ...response,
  tokens: Int32Array.from(response.tokens),
  logprobs: Float32Array.from(response.logprobs),
})
