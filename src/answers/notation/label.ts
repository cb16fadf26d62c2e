import { integerPower } from '../rational.ts'
import { RATE_NAMES } from './unit-table.ts'
import { productOf, type Unit, unitsNamed } from './units.ts'
import { BOUNDS_BEFORE, BOUNDS_BEHIND, type BoundSign, FILLERS, REVERSALS, SYNONYMS, VERBS } from './wording.ts'

/** What the words round a value say of it. */
export interface Label {
  readonly units: readonly Unit[] // meanings of its unit: several for pounds, none for apples
  readonly words: readonly string[] // every other word but fillers, as stems, sorted
  readonly of: readonly string[] // those behind "of": 3 pairs of socks
  readonly strict: boolean // a bare value is not this one
  readonly several: boolean // several units: 5 ft 6 in is no bare number
  readonly negative: boolean // "below zero", "minus"
  readonly bound: BoundSign | null // "at least", "or more"
}

export const NO_LABEL: Label = {
  units: [],
  words: [],
  of: [],
  strict: false,
  several: false,
  negative: false,
  bound: null,
}

interface Draft {
  units: readonly Unit[]
  words: string[]
  of: string[]
  strict: boolean
  readonly several: false
  negative: boolean
  bound: BoundSign | null
}

/** Reads the words before and behind a value, each as written with single blanks between them. */
export function readLabel(before: string, behind: string): Label {
  if (before === '' && behind === '') return NO_LABEL
  const draft: Draft = { units: [], words: [], of: [], strict: false, several: false, negative: false, bound: null }
  readBefore(draft, before.toLowerCase())
  readBehind(draft, behind)
  return { ...draft, words: [...new Set(draft.words)].sort(), of: [...new Set(draft.of)].sort() }
}

function readBefore(draft: Draft, before: string): void {
  let rest = before
  for (const [words, sign] of BOUNDS_BEFORE) {
    const match = draft.bound === null ? words.exec(rest) : null
    if (match === null) continue
    draft.bound = sign
    rest = rest.slice(0, match.index)
  }
  let hasVerb = false
  for (const word of rest.split(' ')) {
    if (VERBS.has(word)) hasVerb = true
    if (word === '' || FILLERS.has(word)) continue
    const units = draft.units.length > 0 ? [] : unitsNamed(word)
    if (word.length > 1 && units.length > 0) draft.units = productOf(draft.units, units, 1)
    else if (word === 'minus' || word === 'negative') draft.negative = !draft.negative
    else addWord(draft, word, draft.words)
  }
  if (draft.words.length > 0 && !hasVerb) draft.strict = true
}

function addWord(draft: Draft, word: string, to: string[]): void {
  if (REVERSALS.has(word) || /\d/.test(word)) draft.strict = true
  to.push(stem(word))
}

const POWERS: Readonly<Record<string, number>> = { square: 2, sq: 2, cubic: 3, cu: 3 }
const POWERS_BEHIND: Readonly<Record<string, number>> = { squared: 2, cubed: 3 }
const ARTICLES = new Set(['a', 'an', 'each', 'every', 'one'])

/** Where the reading of the words behind a value stands. */
interface Walk {
  readonly words: readonly string[]
  at: number
  side: 1 | -1 // -1: behind "per"
  power: number // of the next unit: "square"
  last: { readonly units: readonly Unit[]; readonly side: 1 | -1 } | null // the unit just read
  inOf: boolean
  names: number // of units so far
}

/** Most names in one unit: more are words. */
const MOST_NAMES = 6

function readBehind(draft: Draft, behind: string): void {
  if (behind === '') return
  const written = behind.replaceAll(/\b(?:degrees? )?below (?:zero|0)(?! \d)/gi, (text) => {
    draft.negative = !draft.negative
    return text.replace(/below .*/i, '').trim()
  })
  const words = written.split(' ').flatMap((word) => RATE_NAMES[word.toLowerCase()]?.split(' ') ?? [word])
  const walk: Walk = { words, at: 0, side: 1, power: 1, last: null, inOf: false, names: 0 }
  for (; walk.at < words.length; walk.at += 1) step(draft, walk)
}

function step(draft: Draft, walk: Walk): void {
  const written = walk.words[walk.at]!
  const word = written.toLowerCase()
  const next = walk.words[walk.at + 1] ?? ''
  if (word === '' || word === '*') return
  if (word === '/' || word === 'per' || (ARTICLES.has(word) && walk.at > 0 && isRateUnit(next))) walk.side = -1
  else if (/^\^-?\d$/.test(word) && walk.last !== null) raise(draft, walk.last, Number(word.slice(1)) - 1)
  else if (Object.hasOwn(POWERS_BEHIND, word) && walk.last !== null) raise(draft, walk.last, POWERS_BEHIND[word]! - 1)
  else if (Object.hasOwn(POWERS, word) && unitsNamed(next).length > 0) walk.power = POWERS[word]!
  else if (word === 'of' && walk.side === 1) walk.inOf = true
  else if (word.startsWith('or-')) draft.bound = BOUNDS_BEHIND[word.slice(3)]!
  else readName(draft, walk, written)
}

function readName(draft: Draft, walk: Walk, written: string): void {
  const word = written.toLowerCase()
  const units = walk.inOf || walk.names >= MOST_NAMES || !mayBeUnit(walk, written) ? [] : unitsNamed(written)
  if (units.length > 0) {
    walk.names += 1
    draft.units = productOf(draft.units, units, walk.side * walk.power)
    walk.last = { units, side: walk.side }
  } else if (walk.side === -1) {
    if (FILLERS.has(word)) return
    walk.names += 1
    if (walk.names > MOST_NAMES) {
      draft.strict = true
      addWord(draft, word, draft.words)
      return
    }
    const counted: Unit = { factor: { n: 1n, d: 1n }, powers: new Map([[`#${stem(word)}`, 1]]) }
    draft.units = productOf(draft.units, [counted], -1)
    if (/\d/.test(word)) draft.strict = true
  } else if (!FILLERS.has(word)) addWord(draft, word, walk.inOf ? draft.of : draft.words)
  walk.side = 1
  walk.power = 1
}

// one letter, and "in", are units only where one must stand
function mayBeUnit(walk: Walk, written: string): boolean {
  if (written.toLowerCase() === 'unit' || written.toLowerCase() === 'units') return walk.power > 1
  if (written.length > 1 && written.toLowerCase() !== 'in') return true
  const next = walk.words[walk.at + 1]
  const placed = walk.at === 0 || walk.side === -1 || walk.power > 1 || walk.words[walk.at - 1] === '*'
  return placed && (written.length === 1 || next === undefined || /^(?:\^|\/|per$)/.test(next))
}

const isRateUnit = (word: string): boolean =>
  word.length > 1 && unitsNamed(word).some((unit) => unit.powers.has('second') || unit.powers.has('year'))

function raise(draft: Draft, last: NonNullable<Walk['last']>, power: number): void {
  draft.units = productOf(draft.units, last.units, last.side * power).filter((unit) => isPlausible(unit))
}

// metre * metre, never pound * ounce: the meanings of one name are not mixed
const isPlausible = (unit: Unit): boolean =>
  [...unit.powers.values()].every((power) => Math.abs(power) < 10) && integerPower(unit.factor, 1n) !== null

/** A word without its ending: one for apple and apples, box and boxes, increase and increased. */
export function stem(word: string): string {
  let text = SYNONYMS[word] ?? word
  if (/\d/.test(text) || text.length < 3) return text
  if (text.length > 6) text = text.replace(/ing$/, '')
  if (text.length > 5) text = text.replace(/ed$/, '')
  for (let last = ''; last !== text && text.length > 2; ) {
    last = text
    text = text.replace(/(?:es|s|e)$/, '')
  }
  return text.replace(/y$/, 'i')
}
