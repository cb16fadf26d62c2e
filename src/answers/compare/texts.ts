// Prose answers: what remains without case, marks and articles.

const EMPTY = new Set([
  'none',
  'empty set',
  'no solution',
  'no solutions',
  'no real solution',
  'no real solutions',
  'no real roots',
  'there is no solution',
  'there are no solutions',
  'no such number exists',
  '∅',
])
const UNDEFINED = new Set(['undefined', 'does not exist', 'dne', 'not defined', 'is undefined'])
const REALS = new Set([
  'all real numbers',
  'all reals',
  'real numbers',
  'any real number',
  'all real',
  'every real number',
  'ℝ',
])
const MONTHS = 'january february march april may june july august september october november december'.split(' ')

/** Names that stand for one answer in several wordings. */
export const EMPTY_TEXT = 'no solution'
export const REALS_TEXT = 'all real numbers'

/** A prose answer in canonical form: lower case, single blanks, no marks, no articles, dates as year-month-day. */
export function canonicalText(text: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{S}'/-]+/gu, ' ')
    .replace(/^\s*(?:the|a|an)\s+/, '')
    .trim()
  if (EMPTY.has(plain)) return EMPTY_TEXT
  if (UNDEFINED.has(plain)) return 'undefined'
  if (REALS.has(plain)) return REALS_TEXT
  return canonicalDate(plain) ?? plain
}

/** Whether a text is one of the fixed phrases: no solution, undefined, all real numbers, a date. */
export const isFixedText = (text: string): boolean =>
  text.length < 60 && /^(?:no solution|undefined|all real numbers|date .*-.*-.+)$/.test(canonicalText(text))

// "june 5 2020", "5th of june 2020", "june 5"
function canonicalDate(plain: string): string | null {
  const iso = /^(\d{4})-(\d\d?)-(\d\d?)$/.exec(plain)
  if (iso !== null) return `date ${iso[1]}-${Number(iso[2])}-${Number(iso[3])}`
  const words = plain.split(' ').filter((word) => word !== 'of')
  const month = words.findIndex((word) =>
    MONTHS.some((name) => name === word || (word.length === 3 && name.startsWith(word))),
  )
  if (month < 0 || words.length < 2 || words.length > 3) return null
  const numbers = words.filter((_, i) => i !== month).map((word) => /^(\d{1,4})(?:st|nd|rd|th)?$/.exec(word)?.[1])
  if (numbers.some((number) => number === undefined)) return null
  const day = numbers.find((number) => Number(number) <= 31)
  const year = numbers.find((number) => number!.length === 4)
  const at = MONTHS.findIndex((name) => name.startsWith(words[month]!)) + 1
  return `date ${year ?? ''}-${at}-${day === undefined ? '' : Number(day)}`
}

/** Notation that could not be read, with the white space that means nothing taken out. */
export function canonicalSource(source: string): string {
  return source
    .replaceAll(/\\(?:left|right|displaystyle|quad|qquad|[,;:!])(?![a-zA-Z])/g, ' ')
    .replaceAll(/\\[dt]frac/g, '\\frac')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ (?![\p{L}\p{N}])|(?<![\p{L}\p{N},;]) /gu, '')
    .trim()
}
