import type { Draw } from '../../src/questions/draw.ts'

/** A word problem, its answer, and the equations that lead to it. */
export interface Problem {
  readonly family: string
  readonly text: string // statement, then one question or request
  readonly answer: number
  /** "12 + 4 = 16"; the last one's result is the answer. */
  readonly steps: readonly string[]
  /** Asked with What or Find, not How. */
  readonly terselyAsked: boolean
}

/** Ranges of the numbers in problems; both ends included. */
export interface Ranges {
  readonly start: readonly [number, number] // of what is counted
  readonly change: readonly [number, number] // added or taken away
  readonly largestMultiplied: number
}

/** The numbers in seeds, held-out questions and the demonstration's training. */
export const easyRanges: Ranges = { start: [5, 20], change: [2, 9], largestMultiplied: 20 }

/** Larger numbers, for learning arithmetic first. */
export const wideRanges: Ranges = { start: [10, 40], change: [2, 20], largestMultiplied: 30 }

export type Family = (draw: Draw, ranges: Ranges) => Problem

export type Operator = '+' | '-' | '*' | '/'

/** @throws Error if the result is not a whole number */
export function apply(left: number, operator: Operator, right: number): number {
  const results = { '+': left + right, '-': left - right, '*': left * right, '/': left / right }
  const result = results[operator]
  if (!Number.isInteger(result)) throw new Error(`${left} ${operator} ${right} is not a whole number`)
  return result
}

/** One equation of a worked solution, and its result. */
export function step(
  left: number,
  operator: Operator,
  right: number,
): { readonly text: string; readonly result: number } {
  const result = apply(left, operator, right)
  return { text: `${left} ${operator} ${right} = ${result}`, result }
}

/** Builds a problem; whether it is terse depends on the last sentence. */
export function problem(
  family: string,
  sentences: readonly string[],
  steps: readonly string[],
  answer: number,
): Problem {
  const question = sentences.at(-1) ?? ''
  return { family, text: sentences.join(' '), answer, steps, terselyAsked: /^(What|Find)\b/.test(question) }
}
