import { isUnitName, isUnitSymbol } from '../notation/units.ts'
import type { Span } from './formulas.ts'
import { quantityStart } from './quantities.ts'
import { runRound } from './runs.ts'
import type { Segment } from './segments.ts'

/** A number or formula in running text, and what is round it. */
export interface Found extends Span {
  readonly unit: string // the word of a unit behind it; "" for none
  readonly candidates: readonly string[] // the longest first
}

const FRACTION = '½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑'
const GROUPED = '\\d{1,3}(?:(?: |\\{,\\}|\\\\[,;! ]|,\\\\!)\\d{3}){1,12}(?![\\d,])'
const SCALE =
  /^ (?:hundred|thousand|million|billion|trillion|dozen|lakh|crore|score|gross|tenth|hundredth|thousandth|millionth)s?(?![\p{L}-])/iu
const DIGITS = `(?:${GROUPED}|\\d{1,2}(?::\\d\\d){1,2}(?![:\\d])|\\d(?:[\\d,]{0,60}\\d)?)(?:\\.\\d{1,60}| ?[${FRACTION}])?`
const NUMBER = new RegExp(
  `[$€£¥]?(?:${DIGITS}|(?<![\\d.])\\.\\d{1,60}|[${FRACTION}])(?:[⁺⁻]?[⁰¹²³⁴-⁹]{1,9}|[eE][+-]?\\d{1,3})?(?: ?[/⁄] ?\\d{1,30})?` +
    '(?: ?\\\\?%| percent\\b| pct\\b)?',
  'g',
)

/** Where the last number is looked for first, in characters from the end. */
const NEAR = 1000

/** The last number of a text outside its mathematics; null when there is none. */
export function lastNumber(text: string, segments: readonly Segment[], formulas: readonly Span[]): Found | null {
  const near = text.length > 2 * NEAR ? text.indexOf(' ', text.length - NEAR) : -1
  const last = (near > 0 ? lastMatch(text, near, segments) : null) ?? lastMatch(text, 0, segments)
  return last === null ? null : inContext(text, last, formulas)
}

function lastMatch(text: string, start: number, segments: readonly Segment[]): Span | null {
  let last: Span | null = null
  let next = 0
  NUMBER.lastIndex = start
  for (let match = NUMBER.exec(text); match !== null; match = NUMBER.exec(text)) {
    while (next < segments.length && segments[next]!.to <= match.index) next += 1
    if (next < segments.length && segments[next]!.from < match.index) continue
    if (!STICKS.test(text[match.index - 1] ?? '')) last = { from: match.index, to: NUMBER.lastIndex }
  }
  return last
}

function inContext(text: string, { from, to }: Span, formulas: readonly Span[]): Found {
  const signedFrom = from - signBefore(text, from).length
  const plain = text.slice(signedFrom, to)
  const scale = SCALE.exec(text.slice(to, to + 16))?.[0] ?? ''
  const turn = TURN.exec(text.slice(to, to + 12))?.[0]
  if (turn !== undefined && scale === '')
    return { from: signedFrom, to: to + turn.length, unit: '', candidates: [`${plain}${turn}`, plain] }
  const behind = unitBehind(text, to + scale.length)
  if (behind !== null) {
    const start = quantityStart(text, signedFrom, behind.to)
    if (start < signedFrom) return { from: start, to: behind.to, unit: '', candidates: [text.slice(start, behind.to)] }
    const way = TURN.exec(text.slice(behind.to, behind.to + 12))?.[0] ?? ''
    const candidates = [`${plain}${scale} ${behind.written}${way}`, `${plain}${scale}`]
    return { from: signedFrom, to: behind.to, unit: behind.word, candidates }
  }
  if (scale !== '') return { from: signedFrom, to: to + scale.length, unit: '', candidates: [`${plain}${scale}`] }
  const span = runRound(text, { from, to }, formulas)
  const run = text.slice(span.from, span.to).replace(/[.,;:]+$/, '')
  return { from: span.from, to: span.from + run.length, unit: '', candidates: run === plain ? [plain] : [run, plain] }
}

// 3 × in front of 10⁸ m/s, or the sign of a number
function signBefore(text: string, from: number): string {
  const factor = FACTOR.exec(text.slice(Math.max(0, from - 30), from))
  if (factor !== null) return factor[0]
  return /[-−+]/.test(text[from - 1] ?? '') && !/[\p{L}\p{N})\]}]/u.test(text[from - 2] ?? '') ? text[from - 1]! : ''
}

// a digit right behind one of these is part of a name; letters of languages without blanks say nothing
const STICKS = /[\\_^{]|(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}])\p{L}/u

const TURN = /^ (?:more|less|fewer|increase|decrease|profit|loss|gain|north|south|east|west|up|down)(?!\p{L})/iu
const HALF_DAY = /^ ?[ap]m(?![\p{L}\d])/iu
const POWER_WORD = /^ (?:square|cubic|sq\.?|cu\.?)(?= )/
const UNIT = /^( ?)([a-zA-Zµ]{1,12}(?:[²³]|\^[23])?)(?![\p{L}\d(^=+*-])/u
const FACTOR = /(?<![\d.,])[-−]?\d[\d.,]{0,20} ?[×*·] ?$/
const RATE = /^(?: per |\/)[a-zA-Z]{1,12}(?:[²³]|\^[23])?(?![\p{L}\d(^=+*/-])/u

interface Unit {
  readonly written: string // as notation
  readonly word: string
  readonly to: number
}

// 1,000.99m², 5 cm, 3 square feet, 60 miles per hour, 9:30 a.m.: words right behind that name a unit
function unitBehind(text: string, to: number): Unit | null {
  const half = HALF_DAY.exec(text.slice(to, to + 7))?.[0]
  if (half !== undefined) return { written: half.trim(), word: '', to: to + half.length }
  const power = POWER_WORD.exec(text.slice(to, to + 10))?.[0] ?? ''
  const at = to + power.length
  const letters = UNIT.exec(text.slice(at, at + 16))
  if (letters === null) return null
  const unit = spelled(letters[2]!)
  const name = unit.replace(/\^\d$/, '')
  const end = at + letters[0].length
  const rate = RATE.exec(text.slice(end, end + 20))?.[0] ?? ''
  if (!(letters[1] === '' || rate !== '' ? isUnitSymbol(name) : isUnitName(name))) return null
  if (rate === '' && /[(^=+*/-]/.test(text[end] ?? '')) return null
  const written = `\\text{${power.trim()}${power === '' ? '' : ' '}${unit}${spelled(rate)}}`
  return { written, word: power === '' && rate === '' ? unit : '', to: end + rate.length }
}

const spelled = (unit: string): string => unit.replace('²', '^2').replace('³', '^3')
