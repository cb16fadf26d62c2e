import { findFormulas, type Span } from './formulas.ts'
import { type Found, lastNumber } from './numbers.ts'
import { runRound } from './runs.ts'
import { findSegments, type Segment } from './segments.ts'
import { solutionsBefore } from './solutions.ts'

/** A text that may be the answer. */
export interface Candidate {
  readonly text: string
  readonly certain?: boolean // the answer even where it cannot be read
  readonly running?: boolean // outside mathematics
}

/** Most pieces of mathematics that are tried. */
const MOST = 5

/**
 * The pieces of mathematics and the last number or formula outside of them, the last first; each after the list of
 * solutions that it ends.
 */
export function* rightmost(text: string): Generator<Candidate> {
  const segments = findSegments(text)
  const formulas = findFormulas(text, segments)
  let pending = lastInProse(text, segments, formulas)
  for (const segment of segments.slice(-MOST).reverse()) {
    if (pending !== null && pending.from > segment.from) {
      yield* proseCandidates(text, pending, { segments, formulas })
      pending = null
    }
    const inner = segment.inner.trim()
    if (inner === '') continue
    const list = solutionsBefore(text, { ...segment, unit: '' }, { segments, formulas })
    if (list !== null) yield { text: list }
    yield { text: inner + percentBehind(text, segment.to) }
  }
  if (pending !== null) yield* proseCandidates(text, pending, { segments, formulas })
}

/** The percent sign or word right behind a place: $28$ percent, \boxed{10}\%; "" where there is none. */
export function percentBehind(text: string, at: number): string {
  const behind = text.slice(at, at + 16)
  return /^(?:\$|\\\)|\\\])? ?(?:\\?%|percent\b|pct\b)/.test(behind) ? '\\%' : ''
}

interface Pieces {
  readonly segments: readonly Segment[]
  readonly formulas: readonly Span[]
}

function* proseCandidates(text: string, found: Found, pieces: Pieces): Generator<Candidate> {
  const list = solutionsBefore(text, found, pieces)
  if (list !== null) yield { text: list, running: !list.includes('$') }
  for (const candidate of found.candidates) yield { text: candidate, running: !candidate.includes('\\') }
}

// a formula that says something, or the last number, whichever comes later
function lastInProse(text: string, segments: readonly Segment[], formulas: readonly Span[]): Found | null {
  const number = lastNumber(text, segments, formulas)
  const formula = formulas.findLast(({ from, to }) =>
    /\\(?!text|quad|qquad|left|right|[,;!])[a-zA-Z]{2,}/.test(text.slice(from, to)),
  )
  if (formula === undefined || (number !== null && number.to >= formula.to)) return number
  const run = runRound(text, formula, formulas)
  return { ...run, unit: '', candidates: [text.slice(run.from, run.to).replace(/[.,;:!?]+$/, '')] }
}
