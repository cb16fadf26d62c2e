import type { Draw } from './draw.ts'

/** A question from a template, its answer, and the sentences that lead to it. */
export interface Question {
  readonly problem: string
  readonly answer: number // whole, at least 0
  readonly steps: readonly string[] // "47 + 38: 40 + 30 = 70, 7 + 8 = 15, 70 + 15 = 85"; the last number is the answer
}

/** How hard questions are, where their family has a choice. */
export interface Size {
  readonly digits: number // of the numbers that are added and taken away
  readonly operations: number // that lead to the answer
}

/** Draws a question. */
export type Family = (draw: Draw, size: Size) => Question
