import { isFixedText } from '../compare/texts.ts'
import { isUnitName } from '../notation/units.ts'
import { FUNCTIONS, PLAIN_NAMES, SHORT_WORDS } from '../notation/vocabulary.ts'
import { findSegments } from './segments.ts'

/** Longest text that may be an answer as a whole, in characters. */
export const WHOLE = 300

/** Letters of languages that put no blanks between words. */
export const UNSPACED = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}'
const WORD = new RegExp(`(?<![\\p{L}\\\\{])(?:\\p{L}{2,}|[${UNSPACED}]+)`, 'gu')

const OTHER_NAMES = new Set(
  (
    'and or hundred thousand million billion trillion dozen lakh crore score gross tenths hundredths thousandths ' +
    'more less fewer increase decrease profit loss gain north south east west up down'
  ).split(' '),
)

/** Whether a word belongs to notation: a function, a constant, a unit, a scale, what turns a value round, "and", "or". */
export const isKnownName = (run: string): boolean =>
  FUNCTIONS.has(run) || Object.hasOwn(PLAIN_NAMES, run) || isUnitName(run) || OTHER_NAMES.has(run)

/** Whether a text holds words other than those of notation. */
export const hasProse = (text: string): boolean => [...text.matchAll(WORD)].some(([run]) => !isKnownName(run))

/** Fewest words of a sentence. */
const SENTENCE = 5

/** Whether a text has a sentence's words, or lines. */
export const isSentence = (text: string): boolean =>
  text.trim().includes('\n') || [...text.matchAll(WORD)].filter(([run]) => !isKnownName(run)).length >= SENTENCE

const EMPTY_WORDS = new Set(
  'the an is are was of to at in by if so let we it and or as for this that here i you okay ok sure get has had thus then'.split(
    ' ',
  ),
)

/** Whether a text is notation alone: no words but units, functions and "and"; short. */
export function isNotation(text: string): boolean {
  if (text.length > WHOLE) return false
  const words = text.trim()
  if (/^(?:\p{L}{2,}[.!]?|\\(?:text|textbf|mbox)\{[^{}]*\})$/u.test(words) && !EMPTY_WORDS.has(words.toLowerCase()))
    return true
  if (isFixedText(words)) return true
  const prose = text
    .replace(/(?:[,;] ?| )\$? ?(?:where|for|with|if|when)\b.*$/s, '')
    .replaceAll(/\\[a-zA-Z]+\*?(?:\{[a-zA-Z .]{0,40}\})?/g, ' ')
    .replaceAll(/(?<=\d) ?[ap]m(?![a-z])/gi, ' ')
  const pair = /(?<!\p{L})(\p{L}{2,})\s+(\p{L}{2,})(?!\p{L})/u.exec(prose)
  if (pair !== null && !isKnownName(pair[1]!) && !isKnownName(pair[2]!)) return false
  if (UNSPACED_LETTER.test(prose)) return false
  for (const [run] of prose.matchAll(/\p{L}{2,}/gu)) {
    if (!isKnownName(run) && (run.length > 3 || SHORT_WORDS.has(run) || EMPTY_WORDS.has(run.toLowerCase())))
      return false
  }
  return /[\p{L}\p{N}∞π∅]/u.test(prose) || /\\/.test(text)
}

const UNSPACED_LETTER = new RegExp(`[${UNSPACED}]`, 'u')

/** The notation that a sentence begins with: "12 and not 13", "$12$, since ...". */
export function notationHead(sentence: string): string {
  const segments = findSegments(sentence)
  let at = 0
  for (const word of sentence.matchAll(WORD)) {
    while (at < segments.length && segments[at]!.to <= word.index) at += 1
    if (segments[at] !== undefined && segments[at]!.from < word.index) continue
    if (isKnownName(word[0]) || isHalfDay(sentence, word.index)) continue
    const head = sentence.slice(0, word.index).replace(/(?:[\s,;(]|\band\b|\bor\b)+$/, '')
    return /^[aAI]$/.test(head) ? '' : head
  }
  return ''
}

const isHalfDay = (text: string, at: number): boolean =>
  /^\d ?[ap]m(?![a-z])/i.test(text.slice(Math.max(0, at - 2), at + 3).replace(/^\D(?=\d)/, ''))
