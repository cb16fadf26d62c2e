import { closingBraces } from './boxed.ts'
import type { Segment } from './segments.ts'

/** A piece of a text, from its first character to the one behind its last. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Longest formula without blanks outside its braces, in characters. */
const LONGEST = 400

const COMMAND = /\\(?:[a-zA-Z]+|[%$])/g

/**
 * LaTeX outside of dollar signs: the words, blanks within braces aside, that hold a command. Boxes, and words whose
 * braces do not close, are none. Linear in the text's length.
 */
export function findFormulas(text: string, segments: readonly Segment[]): Span[] {
  if (!text.includes('\\')) return []
  const close = closingBraces(text)
  const formulas: Span[] = []
  let next = 0
  for (const match of text.matchAll(COMMAND)) {
    const last = formulas.at(-1)
    if (last !== undefined && last.to > match.index) continue
    while (next < segments.length && segments[next]!.to <= match.index) next += 1
    if (segments[next] !== undefined && segments[next]!.from < match.index + match[0].length) continue
    const environment = environmentAt(text, match.index)
    const span = environment ?? {
      from: wordStart(text, match.index, last?.to ?? 0),
      to: formulaEnd(text, match.index, close),
    }
    const word = text.slice(span.from, span.to)
    if (span.to < 0 || /\\[fm]?box(?:ed)?(?![a-z])/.test(word) || /^\\(?:begin|end)\{(?:align|gather|eq)/.test(word))
      continue
    formulas.push(span)
  }
  return formulas
}

// a matrix or such as a whole
function environmentAt(text: string, from: number): Span | null {
  const name = /^\\begin\{([a-z]{1,12}\*?)\}/.exec(text.slice(from, from + 24))?.[1]
  if (name === undefined) return null
  const closing = `\\end{${name}}`
  const length = text.slice(from, from + LONGEST).indexOf(closing)
  return length < 0 ? null : { from, to: from + length + closing.length }
}

function wordStart(text: string, at: number, least: number): number {
  let start = at
  while (start > least && at - start < LONGEST && !/[\s$}]/.test(text[start - 1]!)) start -= 1
  return start
}

// the next blank outside of braces; -1 where a brace does not close
function formulaEnd(text: string, from: number, close: Int32Array): number {
  let at = from
  while (at < text.length && at - from < LONGEST) {
    const c = text[at]!
    if (c === '\\' && /[{}\\ ]/.test(text[at + 1] ?? '')) at += 2
    else if (c === '{') {
      if (close[at]! < 0 || close[at]! - at > LONGEST) return -1
      at = close[at]! + 1
    } else if (c === '}' || c === '$' || /\s/.test(c)) break
    else at += 1
  }
  return at
}
