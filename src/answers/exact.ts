import { findBoxes } from './extract/boxed.ts'
import { lastMarked } from './extract/markers.ts'
import { spokenTexts } from './extract/thinking.ts'
import type { AnswerKind } from './kind.ts'

const TAIL = 20_000

/** Answers compared letter by letter, ignoring white space: the last box, a marked answer, or the last line. */
export const exactKind: AnswerKind<string> = {
  extract: (response) => firstOf(response, (text) => marked(text) ?? lastLine(text)),
  extractGold: (gold) => firstOf(gold, (text) => marked(text) ?? single(text)),
  compare: (a, b) => ({ equal: a === b, gaveUp: false }),
  show: (text) => text,
  key: (text) => text,
}

function firstOf(text: string, find: (spoken: string) => string | null): string | null {
  for (const spoken of spokenTexts(text)) {
    const answer = find(spoken)
    if (answer !== null) return answer
  }
  return null
}

function marked(text: string): string | null {
  const tail = text.slice(-TAIL).replaceAll(/[ \t]+/g, ' ')
  for (const box of findBoxes(tail).reverse()) {
    const inner = single(box.inner)
    if (inner !== null) return inner
  }
  const answer = lastMarked(tail)
  return answer === null ? null : single(answer.text)
}

const lastLine = (text: string): string | null => single(text.slice(-TAIL).trimEnd().split('\n').at(-1)!)

function single(text: string): string | null {
  const plain = text.replaceAll(/\s+/g, ' ').trim()
  return plain === '' ? null : plain
}
