import type { GuardName } from '../config/guard-schema.ts'

/** The best model so far: the target of a rollback. */
export interface Best {
  readonly step: number
  readonly accuracy: number | null // held-out; null: without labels, the newest that was found in range
  readonly verdicts: readonly boolean[] | null // that make the accuracy
}

/** The guards' state between steps. Plain data. */
export interface GuardMemory {
  streaks: Partial<Record<GuardName, number>> // steps in a row out of range
  best: Best | null
  firstLength: number | null // mean response length of the first step that answered questions
  looks: number // at the held-out questions
  drop: number | null // best held-out accuracy minus the latest; null: not evaluated
  heldOutKey: string | null // of the questions that `best` was measured on
  majorities: [question: string, majority: string | null][] // the newest last
}

export const newGuardMemory = (): GuardMemory => ({
  streaks: {},
  best: null,
  firstLength: null,
  looks: 0,
  drop: null,
  heldOutKey: null,
  majorities: [],
})
