import type { Vote } from '../rollout/group.ts'

/** How answers are found in texts and compared. */
export interface AnswerConfig {
  readonly kind: 'math' | 'choice' | 'exact' | 'number' | 'module'
  readonly tolerance: number // number: largest relative difference
  readonly module: string | null // module: path of a .js or .mjs file exporting extract(text) and equal(a, b)
  readonly timeLimitMs: number // module: longest time for one call
}

/** Finds answers in texts and compares them. All texts are responses (or references) without their prompt. */
export interface AnswerChecker {
  /** Majority reward: 1 for the rows that agree with the winning answer. */
  vote(responses: readonly string[]): Promise<Vote>
  /** Rule reward: 1 for the rows equal to the reference's answer; the vote's fields are filled too. */
  againstGold(responses: readonly string[], gold: string): Promise<Vote>
  /** Whether a text's answer equals the reference's, with both answers; null where there is none. */
  grade(gold: string, prediction: string): Promise<Grade>
  /** Calls so far that ran over the time limit; absent where comparisons have none. */
  timeouts?(): number
  close(): Promise<void>
}

export interface Grade {
  readonly equal: boolean
  readonly gold: string | null
  readonly prediction: string | null
}
