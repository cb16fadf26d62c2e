import { arithmetic } from './arithmetic.ts'
import type { Family } from './question.ts'

interface FamilyEntry {
  readonly draw: Family
  readonly operations: number // unless given
}

/** Every family of questions. */
export const families = {
  arithmetic: { draw: arithmetic, operations: 1 },
} as const satisfies Readonly<Record<string, FamilyEntry>>

export type FamilyName = keyof typeof families

export const familyNames = Object.keys(families) as FamilyName[]
