import type { Span } from './formulas.ts'
import { hasProse, UNSPACED } from './notation.ts'

// What stands round a number or formula in running text and belongs to it.

const SIGN = '-+*/^=<>≤≥≠≈±×·÷(){}[\\]|!.,:%°√π∞∪∩&⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ½⅓⅔¼¾−∈'
const MATHS = new RegExp(`^[${SIGN}\\d\\p{Sc}]*(?:\\p{L}?[${SIGN}\\d]+)*\\p{L}?[.,;:]?$`, 'u')
const OPERATOR = /[-+*/^=<>≤≥≠≈±×·÷∪∩∈−&]/

const UNSPACED_LETTER = new RegExp(`[${UNSPACED}]`, 'u')

// a blank, or a letter of a language without blanks
const bounds = (c: string): boolean => c <= ' ' || c === '\u00a0' || (c > '\u10ff' && UNSPACED_LETTER.test(c))

/** Longest expression round a number, in words each way; longest word, in characters. */
const LONGEST_RUN = 40

/** How far off the other bracket of a pair may be, in characters. */
const LONGEST_BRACKET = 200

/** A word of notation: signs, digits and single letters, without blanks. */
export const isMaths = (word: string): boolean =>
  word.length > 0 && word.length < LONGEST_RUN && MATHS.test(word) && !/^[aAI]$/.test(word)

/**
 * The expression round [from, to): words beside it belong to it while they are signs and single letters joined by an
 * operator, or formulas; so does what a bracket of it encloses.
 */
export function runRound(text: string, span: Span, formulas: readonly Span[]): Span {
  let run = widened(
    text,
    { from: wordBefore(text, span.from, formulas).from, to: wordBehind(text, span.to, formulas).to },
    formulas,
  )
  for (let tries = 0; tries < 3; tries += 1) {
    const paired = withPartners(text, run)
    if (paired === null) return trimmedRun(text, run)
    if (paired.from === run.from && paired.to === run.to) break
    run = widened(text, paired, formulas)
  }
  return run
}

function widened(text: string, run: Span, formulas: readonly Span[]): Span {
  let { from, to } = run
  for (let words = 0; from > 0 && words < LONGEST_RUN; words += 1) {
    const word = wordBefore(text, from - 1, formulas)
    if (text[from - 1] !== ' ' || !joins(text.slice(word.from, word.to), word, text[from] ?? '')) break
    from = word.from
  }
  for (let words = 0; to < text.length && words < LONGEST_RUN; words += 1) {
    const word = wordBehind(text, to + 1, formulas)
    if (text[to] !== ' ' || !joins(text.slice(word.from, word.to), word, text[to - 1] ?? '')) break
    to = word.to
  }
  return { from, to }
}

function joins(plain: string, word: Word, edge: string): boolean {
  if (word.formula) return !plain.startsWith('\\text')
  return isMaths(plain) && (OPERATOR.test(plain) || OPERATOR.test(edge) || edge === '\\')
}

// a run that ends within a bracket goes on to the bracket's other end; null where there is none, or prose between
function withPartners(text: string, run: Span): Span | null {
  let [closers, openers] = [0, 0]
  for (const c of text.slice(run.from, run.to)) {
    const side = sideOf(c)
    if (side > 0) openers += 1
    else if (side < 0 && openers > 0) openers -= 1
    else if (side < 0) closers += 1
  }
  let { from, to } = run
  while (closers > 0) {
    from -= 1
    if (from < 0 || run.from - from > LONGEST_BRACKET) return null
    closers -= sideOf(text[from]!)
  }
  while (openers > 0) {
    if (to >= text.length || to - run.to > LONGEST_BRACKET) return null
    openers += sideOf(text[to]!)
    to += 1
  }
  return hasProse(text.slice(from, run.from)) || hasProse(text.slice(run.to, to)) ? null : { from, to }
}

/** 1 for an opening bracket, -1 for a closing one, else 0. */
const sideOf = (c: string): number => (c === '(' || c === '[' ? 1 : c === ')' || c === ']' ? -1 : 0)

// (2 black: a bracket without its other end
function trimmedRun(text: string, run: Span): Span {
  let { from, to } = run
  while (from < to && /[([]/.test(text[from]!)) from += 1
  while (to > from && /[)\].,;:]/.test(text[to - 1]!)) to -= 1
  return { from, to }
}

interface Word extends Span {
  readonly formula: boolean
}

const formulaAt = (formulas: readonly Span[], at: number): Span | undefined =>
  formulas.find(({ from, to }) => from <= at && at < to)

/** The word, or the formula, that ends at `end`. */
export function wordBefore(text: string, end: number, formulas: readonly Span[]): Word {
  const formula = formulaAt(formulas, end - 1)
  if (formula !== undefined) return { from: formula.from, to: end, formula: true }
  let from = end
  while (from > 0 && end - from < LONGEST_RUN && !bounds(text[from - 1]!)) from -= 1
  return { from, to: end, formula: false }
}

function wordBehind(text: string, from: number, formulas: readonly Span[]): Word {
  const formula = formulaAt(formulas, from)
  if (formula !== undefined) return { from, to: formula.to, formula: true }
  let to = from
  while (to < text.length && to - from < LONGEST_RUN && !bounds(text[to]!)) to += 1
  return { from, to, formula: false }
}
