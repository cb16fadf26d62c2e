import { isUnitName, isUnitSymbol } from '../notation/units.ts'
import type { Segment } from './segments.ts'

/** A number in running text, and the expression round it. */
export interface Found {
  readonly from: number
  readonly to: number
  readonly candidates: readonly string[] // the longest first
}

const NUMBER =
  /[$€£]?\d(?:[\d,]{0,60}\d)?(?:\.\d{1,60})?(?:[eE][+-]?\d{1,3})?(?: ?\/ ?\d{1,30})?(?: ?\\?%| percent\b| pct\b)?/g

/** The last number of a text outside its mathematics; null when there is none. */
export function lastNumber(text: string, segments: readonly Segment[]): Found | null {
  let last: RegExpExecArray | null = null
  let next = 0
  for (const match of text.matchAll(NUMBER)) {
    while (next < segments.length && segments[next]!.to <= match.index) next += 1
    if (next < segments.length && segments[next]!.from < match.index) continue
    if (!/[\p{L}\\_^{]/u.test(text[match.index - 1] ?? '')) last = match
  }
  if (last === null) return null
  const from = last.index
  const to = from + last[0].length
  const signed = /[-−]/.test(text[from - 1] ?? '') && !/[\p{L}\p{N})\]}]/u.test(text[from - 2] ?? '')
  const plain = text.slice(signed ? from - 1 : from, to)
  const unit = unitBehind(text, to)
  if (unit !== null) return { from, to, candidates: [`${plain} \\text{${unit}}`, plain] }
  const run = runRound(text, from, to)
  return { from, to, candidates: run === plain ? [plain] : [run, plain] }
}

// 1,000.99m², 5 cm: letters right behind that name a unit
function unitBehind(text: string, to: number): string | null {
  const letters = /^ ?([a-zA-Zµ]{1,7}(?:[²³]|\^[23])?)(?![\p{L}\d(^=+*/-])/u.exec(text.slice(to, to + 12))
  if (letters === null) return null
  const unit = letters[1]!.replace('²', '^2').replace('³', '^3')
  const name = unit.replace(/\^\d$/, '')
  const glued = text[to] !== ' '
  return (glued ? isUnitSymbol(name) : isUnitName(name)) ? unit : null
}

const MATHS = /^[-+*/^=<>≤≥≠(){}[\]|!.,:%°√π\d\p{Sc}]*(?:\p{L}?[-+*/^=<>≤≥≠(){}[\]|!.,:%°√π²³\d]+)*\p{L}?[.,;:]?$/u
const OPERATOR = /[-+*/^=<>≤≥≠]/

// words beside a number belong to its expression while they are signs and single letters joined by an operator
function runRound(text: string, from: number, to: number): string {
  let [start, end] = [wordStart(text, from), wordEnd(text, to)]
  for (let words = 0; start > 0 && words < LONGEST_RUN; words += 1) {
    const previous = wordStart(text, start - 1)
    const word = text.slice(previous, start - 1)
    if (!isMaths(word) || !(OPERATOR.test(word) || OPERATOR.test(text[start]!))) break
    start = previous
  }
  for (let words = 0; end < text.length && words < LONGEST_RUN; words += 1) {
    const next = wordEnd(text, end + 1)
    const word = text.slice(end + 1, next)
    if (!isMaths(word) || !(OPERATOR.test(word) || OPERATOR.test(text[end - 1]!))) break
    end = next
  }
  return text.slice(start, end).replace(/[.,;:]+$/, '')
}

/** Longest expression round a number, in words each way; longest word, in characters. */
const LONGEST_RUN = 40

const isMaths = (word: string): boolean =>
  word.length > 0 && word.length < 40 && MATHS.test(word) && !/^[aAI]$/.test(word)

function wordStart(text: string, at: number): number {
  let start = at
  while (start > 0 && at - start < LONGEST_RUN && !/\s/.test(text[start - 1]!)) start -= 1
  return start
}

function wordEnd(text: string, at: number): number {
  let end = at
  while (end < text.length && end - at < LONGEST_RUN && !/\s/.test(text[end]!)) end += 1
  return end
}
