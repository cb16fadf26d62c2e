import { commensurable, unitsNamed } from '../notation/units.ts'
import type { Span } from './formulas.ts'
import { isMaths, runRound, wordBefore } from './runs.ts'
import type { Segment } from './segments.ts'

const CONNECTOR = /(?:[,;]? (?:and|or)|[,;]|[,;]?\\text\{ ?(?:and|or) ?\})\s*$/

/** Most solutions in a row, and how far back one may begin, in characters. */
const MOST = 20
const LONGEST = 120

interface Item extends Span {
  readonly unit: string // "" for none
}

/**
 * Several solutions in running text of which [from, to) is the last: "x = 2 or x = 3", "the roots are 2, 3 and 5",
 * "1 hour and 30 minutes"; null when what stands before is no part of the answer. Without "or", the words round the
 * list or the form of its items must say that it is one.
 */
export function solutionsBefore(
  text: string,
  last: Span & { readonly unit: string },
  pieces: { readonly segments: readonly Segment[]; readonly formulas: readonly Span[] },
): string | null {
  const items: Item[] = [last]
  const connectors: string[] = []
  while (items.length < MOST) {
    const { from } = items[0]!
    const before = text.slice(Math.max(0, from - 24), from)
    const connector = CONNECTOR.exec(before)?.[0] ?? /\s*$/.exec(before)![0]
    const end = from - connector.length
    const isSide = connector.trim() === '' // 5 feet 6 inches
    const item = end > 0 && !(isSide && items[0]!.unit === '') ? itemBefore(text, end, pieces) : null
    if (item === null || (isSide && item.unit === '')) break
    items.unshift(item)
    connectors.unshift(connector.trim())
  }
  if (items.length === 1) return null
  const list = text.slice(items[0]!.from, last.to)
  return isList(text, items, connectors) ? list : null
}

function itemBefore(
  text: string,
  end: number,
  { segments, formulas }: { readonly segments: readonly Segment[]; readonly formulas: readonly Span[] },
): Item | null {
  const segment = segments.findLast(({ from }) => from < end)
  if (segment !== undefined && segment.to === end) return { from: segment.from, to: end, unit: '' }
  const word = wordBefore(text, end, formulas)
  if (segment !== undefined && segment.to > word.from) return null
  const plain = text.slice(word.from, end)
  if (!word.formula && /^[a-zA-Z]{2,12}$/.test(plain)) {
    const number =
      unitsNamed(plain).length === 0
        ? null
        : /(?<![\d.,])\d[\d.,]{0,20}(?:\/\d{1,9})? $/.exec(text.slice(Math.max(0, word.from - 30), word.from))
    return number === null ? null : { from: word.from - number[0].length, to: end, unit: plain }
  }
  if (!word.formula && !(isMaths(plain) && /[\p{L}\p{N}½⅓⅔¼¾∞π)\]]/u.test(plain))) return null
  const run = runRound(text, { from: word.from, to: end }, formulas)
  if (!/^[.,;:]*$/.test(text.slice(end, run.to)) || end - run.from > LONGEST) return null
  return { from: run.from, to: end, unit: '' }
}

const NAMED = /^\W{0,3}\\?[\p{L}]\w{0,8}(?:\([^()]{1,9}\))?\s*(?:=|[<>≤≥≠]|\\(?:leq?|geq?|neq?|[lg]t)\b)/u
const CUE = /(?:\b(?:are|is|be|were|namely|either|both|solutions|roots|zeros|zeroes|answers|values)|[:=])\s*$/i
const REASON = /\b(?:since|because|if|when|where|with|for|given|from|using|as|add|adding|sum of|product of)\s*$/i
const RESULT = /(?:^|\b(?:so|thus|then|hence|therefore|get|gives?|have|obtain|yields?|find)),? ?\$?$/i
const BRACKET = /^\W{0,3}[([].*[)\]]\W{0,3}$/s

function isList(text: string, items: readonly Item[], connectors: readonly string[]): boolean {
  if (isCompound(items, connectors)) return true
  const before = text.slice(Math.max(0, items[0]!.from - 40), items[0]!.from)
  if (REASON.test(before)) return false
  if (connectors.some((connector) => connector.includes('or'))) return true
  if (CUE.test(before) || /^[$\s]{0,3}(?:are|is)\b/.test(text.slice(items.at(-1)!.to, items.at(-1)!.to + 8)))
    return true
  const parts = items.map(({ from, to }) => text.slice(from, to))
  if (parts.every((part) => BRACKET.test(part))) return true
  if (!NAMED.test(parts[0]!)) return false
  if (connectors.some((connector) => connector.includes('and'))) return true
  return RESULT.test(before) && parts.every((part) => NAMED.test(part) && part.split('=').length === 2)
}

// 1 hour and 30 minutes: one quantity in several units
function isCompound(items: readonly Item[], connectors: readonly string[]): boolean {
  if (connectors.some((connector) => connector.includes('or'))) return false
  if (new Set(items.map(({ unit }) => unit)).size < items.length) return false
  const meanings = items.map(({ unit }) => unitsNamed(unit))
  return meanings[0]!.some((first) => meanings.every((units) => units.some((unit) => commensurable(unit, first))))
}
