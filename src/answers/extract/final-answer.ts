import { type MathAnswer, readAnswer } from '../compare/answer.ts'
import { isFixedText } from '../compare/texts.ts'
import { isUnitName } from '../notation/units.ts'
import { FUNCTIONS, PLAIN_NAMES, SHORT_WORDS } from '../notation/vocabulary.ts'
import { findBoxes, lastBoxes } from './boxed.ts'
import { lastMarked } from './markers.ts'
import { lastNumber } from './numbers.ts'
import { findSegments } from './segments.ts'

/** Only this much of a text's end is searched, in characters. */
export const TAIL = 20_000

/** Longest text that may be an answer as a whole. */
const WHOLE = 300

/**
 * The final answer of a response: a marked answer behind the last box, the last box or boxes, what follows
 * "the answer is", the text itself when it is nothing but notation, the last piece of mathematics or number. A
 * candidate that cannot be read gives way to the next one; null when there is none.
 */
export function answerOfResponse(text: string): MathAnswer | null {
  return firstReadable(responseCandidates(tidy(text)))
}

/** The answer of a reference: as for a response, but a text without any mark is an answer as a whole. */
export function answerOfGold(text: string): MathAnswer | null {
  const tail = tidy(text)
  const bare =
    !/boxed ?\{|fbox ?\{|answer|####/i.test(tail) && (!/\$|\\[([]/.test(tail) || /^\s*(?:\$|\\[([])/.test(tail))
  if (bare && tail.length <= WHOLE) {
    const whole = readAnswer(trimmed(tail))
    // a sentence with a number in it is about the number
    const isSentence = whole.shape?.kind === 'text' && /\d/.test(tail) && !isFixedText(tail)
    if (whole.shape !== null && !isSentence) return whole
  }
  return firstReadable(responseCandidates(tail)) ?? (trimmed(tail) === '' ? null : readAnswer(trimmed(tail)))
}

interface Candidate {
  readonly text: string
  readonly certain?: boolean // the answer even where it cannot be read
  readonly running?: boolean // outside mathematics
}

function firstReadable(candidates: Iterable<Candidate>): MathAnswer | null {
  let unread: MathAnswer | null = null
  for (const candidate of candidates) {
    const text = trimmed(candidate.text)
    if (text === '') continue
    const answer = readAnswer(text, candidate.running)
    if (answer.shape !== null || candidate.certain) return answer
    if (/[\p{L}\p{N}]/u.test(text.replaceAll(/\\[a-zA-Z]+/g, ''))) unread ??= answer
  }
  return unread
}

// control tokens say nothing, and runs of blanks are one: the patterns below rely on that
function tidy(text: string): string {
  return text
    .slice(-TAIL)
    .replaceAll(/<\|[a-z_]{1,30}\|>|<\/?s>/g, ' ')
    .replaceAll(/\\n(?![a-zA-Z])/g, '\n')
    .replaceAll(/[ \t\r\u00a0]{2,}|[\t\r\u00a0]/g, ' ')
    .replaceAll(/\n ?(?:\n ?)+/g, '\n\n')
}

/** A candidate without the delimiters and full stops round it. */
function trimmed(candidate: string): string {
  let text = candidate.trim()
  for (let i = 0; i < 4; i += 1) {
    text = text.replace(/^(?:\$+|\\\(|\\\[|\*\*|[:=] )/, '').trim()
    text = text.replace(/(?:(?<!\\)\$+|\\\)|\\\]|\*\*|(?<!\\right)[,;:]|(?<!\\right|\.)\.)$/, '').trim()
  }
  return text
}

function* responseCandidates(text: string): Generator<Candidate> {
  const boxes = findBoxes(text)
  const marked = lastMarked(text)
  const last = boxes.at(-1)
  if (marked?.closed && marked.from > (last?.to ?? -1)) yield* sentenceCandidates(marked.text)
  const group = lastBoxes(text, boxes)
  if (group.length > 0) yield { text: boxesText(text, group), certain: true }
  if (marked !== null) yield* sentenceCandidates(marked.text)
  if (isNotation(text)) yield { text, running: !/[\\$]/.test(text) }
  yield* rightmost(text)
}

function boxesText(text: string, group: readonly { readonly to: number; readonly inner: string }[]): string {
  const all = [...new Set(group.map((box) => box.inner.trim()))]
  // \boxed{28} or \boxed{28_9} is one number, once without its base
  const inners = all.filter((inner) => !all.some((other) => other.startsWith(`${inner}_`)))
  return inners.join(', ') + percentBehind(text, group.at(-1)!.to)
}

// $28$ percent, \boxed{10}\%
function percentBehind(text: string, at: number): string {
  const behind = text.slice(at, at + 16)
  return /^(?:\$|\\\)|\\\])? ?(?:\\?%|percent\b|pct\b)/.test(behind) ? '\\%' : ''
}

function* sentenceCandidates(sentence: string): Generator<Candidate> {
  const group = lastBoxes(sentence, findBoxes(sentence)) // empty boxes make no group
  if (group.length > 0) yield { text: boxesText(sentence, group) }
  if (isNotation(sentence)) yield { text: sentence, running: !/[\\$]/.test(sentence) }
  const choice = /^(?:option |choice )?\*{0,2}\(?([A-J])[).:]?\*{0,2}(?:$|[ .,])/i.exec(sentence)
  if (choice !== null && sentence.length < 80) yield { text: choice[1]!.toUpperCase() }
  const head = notationHead(sentence)
  if (head !== '') yield { text: head, running: !/[\\$]/.test(head) }
  yield* rightmost(sentence)
  const words = sentence.split(' ')
  if (words.length <= 6 && !/\d/.test(sentence)) yield { text: `\\text{${sentence.replaceAll(/[{}\\$*]/g, '')}}` }
}

function* rightmost(text: string): Generator<Candidate> {
  const segments = findSegments(text)
  const number = lastNumber(text, segments)
  const tries = segments.slice(-5).reverse()
  let pending = number
  for (const segment of tries) {
    if (pending !== null && pending.from > segment.from) {
      for (const candidate of pending.candidates) yield { text: candidate, running: true }
      pending = null
    }
    const inner = segment.inner.trim()
    if (inner !== '') yield { text: inner + percentBehind(text, segment.to) }
  }
  if (pending !== null) for (const candidate of pending.candidates) yield { text: candidate, running: true }
}

// the notation that a sentence begins with: "12 and not 13", "$12$, since ..."
function notationHead(sentence: string): string {
  const segments = findSegments(sentence)
  let at = 0
  for (const word of sentence.matchAll(/(?<![\p{L}\\{])\p{L}{2,}/gu)) {
    while (at < segments.length && segments[at]!.to <= word.index) at += 1
    if (segments[at] !== undefined && segments[at]!.from < word.index) continue
    if (isKnownName(word[0])) continue
    return sentence.slice(0, word.index).replace(/(?:[\s,;(]|\band\b|\bor\b)+$/, '')
  }
  return ''
}

const isKnownName = (run: string): boolean =>
  FUNCTIONS.has(run) || Object.hasOwn(PLAIN_NAMES, run) || isUnitName(run) || run === 'and' || run === 'or'

const EMPTY_WORDS = new Set(
  'the an is are was of to at in by if so let we it and or as for this that here i you okay ok sure'.split(' '),
)

/** Whether a text is notation alone: no words but units, functions and "and"; short. */
function isNotation(text: string): boolean {
  if (text.length > WHOLE) return false
  const words = text.trim()
  if (/^(?:\p{L}{2,}[.!]?|\\(?:text|textbf|mbox)\{[^{}]*\})$/u.test(words) && !EMPTY_WORDS.has(words.toLowerCase()))
    return true
  if (isFixedText(words)) return true
  const prose = text
    .replace(/(?:[,;] ?| )\$? ?(?:where|for|with|if|when)\b.*$/s, '')
    .replaceAll(/\\[a-zA-Z]+\*?(?:\{[a-zA-Z .]{0,40}\})?/g, ' ')
  const pair = /(?<!\p{L})(\p{L}{2,})\s+(\p{L}{2,})(?!\p{L})/u.exec(prose)
  if (pair !== null && !isKnownName(pair[1]!) && !isKnownName(pair[2]!)) return false
  for (const [run] of prose.matchAll(/\p{L}{2,}/gu)) {
    if (!isKnownName(run) && (run.length > 3 || SHORT_WORDS.has(run) || EMPTY_WORDS.has(run))) return false
  }
  return /[\p{L}\p{N}∞π∅]/u.test(prose) || /\\/.test(text)
}
