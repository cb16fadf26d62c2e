import { arithmetic } from './arithmetic.ts'
import { chain } from './chain.ts'
import type { Family } from './question.ts'
import { wordProblem } from './word-problem.ts'

interface FamilyEntry {
  readonly draw: Family
  readonly operations: number | null // unless given; null: its templates decide
}

export type FamilyName = 'arithmetic' | 'chains' | 'word-problems'

/** Every family of questions. */
export const families: Readonly<Record<FamilyName, FamilyEntry>> = {
  arithmetic: { draw: arithmetic, operations: 1 },
  chains: { draw: chain, operations: 3 },
  'word-problems': { draw: wordProblem, operations: null },
}

export const familyNames = Object.keys(families) as FamilyName[]
