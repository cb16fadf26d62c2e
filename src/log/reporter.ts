import type { EvaluationLine } from '../eval/set-figures.ts'
import type { StepMetrics } from './metrics.ts'

/** Where a run reports its progress. */
export interface Reporter {
  /** A stage's progress; called often. */
  progress(stage: string, done: number, total: number): void
  /** A finished step; `evaluations` are its lines of evaluations.jsonl. */
  step(metrics: StepMetrics, evaluations: readonly EvaluationLine[]): void
  /** Something the user should know. */
  note(text: string): void
}

export const silentReporter: Reporter = { progress: () => {}, step: () => {}, note: () => {} }
