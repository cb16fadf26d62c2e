import { findBoxes } from './extract/boxed.ts'
import type { AnswerKind } from './kind.ts'

const TAIL = 20_000
const MARKED = /(?:answer|option|choice)(?: is| are|:)?[ :]*(?:\*\*|\\?\(|\\text\{|\$|\{| )*([A-J])(?![a-zA-Z'])/g
const BRACKETED = /\(([A-J])\)/g
const ALONE = /^[\s*$({]*(?:\\text(?:bf)?\{)?[\s(]*([A-Ja-j])[\s).:}*$]*$/

/** Multiple choice: a letter A to J, from the last box, "the answer is", the last bracketed letter, or the whole text. */
export const choiceKind: AnswerKind<string> = {
  extract: letterOf,
  extractGold: letterOf,
  compare: (a, b) => ({ equal: a === b, gaveUp: false }),
  show: (letter) => letter,
  key: (letter) => letter,
}

function letterOf(text: string): string | null {
  const tail = text.slice(-TAIL).replaceAll(/\s+/g, ' ')
  for (const box of findBoxes(tail).reverse()) {
    const letter = boxedLetter(box.inner)
    if (letter !== null) return letter
  }
  return aloneLetter(tail) ?? lastMatch(tail, MARKED) ?? lastMatch(tail, BRACKETED) ?? lastLine(text)
}

const aloneLetter = (text: string): string | null =>
  text.length > 60 ? null : (ALONE.exec(text)?.[1]?.toUpperCase() ?? null)

// (B) 12 and B. 12 name B
const boxedLetter = (inner: string): string | null =>
  aloneLetter(inner) ?? /^(?:\\text(?:bf)?\{)?\(?([A-J])[).:]/.exec(inner.trim())?.[1] ?? null

function lastMatch(text: string, pattern: RegExp): string | null {
  let letter: string | null = null
  for (const match of text.matchAll(pattern)) letter = match[1]!
  return letter
}

function lastLine(text: string): string | null {
  const line = text.trimEnd().split('\n').at(-1)!
  return aloneLetter(line)
}
