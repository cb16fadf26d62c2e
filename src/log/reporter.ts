import type { EvaluationLine } from '../eval/set-figures.ts'
import type { StepMetrics } from './metrics.ts'

/** Where a run reports its progress. */
export interface Reporter {
  /** A stage's progress; called often. */
  progress(stage: string, done: number, total: number): void
  /** A stage of a step begins; what the step has so far. */
  underway(step: Underway): void
  /** A finished step; `evaluations` are its lines of evaluations.jsonl. */
  step(metrics: StepMetrics, evaluations: readonly EvaluationLine[]): void
  /** Something the user should know. */
  note(text: string): void
  /** The run has ended, in whatever way: nothing more is reported. */
  end(): void
}

/** A step that is not finished. */
export interface Underway {
  readonly step: number
  readonly stage: string
  readonly proposed: number // questions
  readonly accepted: number // of these, by the filters
  readonly answered: number // questions
  readonly kept: number // of these, in the difficulty band
  readonly newTokens: number // sampled in the step
}

export const silentReporter: Reporter = {
  progress: () => {},
  underway: () => {},
  step: () => {},
  note: () => {},
  end: () => {},
}
