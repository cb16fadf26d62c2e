// Numbers in words: twenty-five, two thirds, 3 million, half a dozen.
import { add, divide, integer, multiply, type Rational } from '../rational.ts'
import type { Token } from './token.ts'

const SMALL = new Map(
  (
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
    'eighteen nineteen'
  )
    .split(' ')
    .map((word, i) => [word, i]),
)
const TENS = new Map(
  'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').map((word, i) => [word, 20 + 10 * i]),
)
const OTHERS: Readonly<Record<string, number>> = { twice: 2, thrice: 3 }

/** Words that multiply the number before them; a plural in s is understood. */
const SCALES: Readonly<Record<string, number>> = {
  ten: 10,
  dozen: 12,
  score: 20,
  hundred: 100,
  gross: 144,
  thousand: 1e3,
  lakh: 1e5,
  lac: 1e5,
  million: 1e6,
  crore: 1e7,
  billion: 1e9,
  trillion: 1e12,
  quadrillion: 1e15,
  bn: 1e9,
  mn: 1e6,
  mln: 1e6,
}

const ORDINALS =
  'third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth ' +
  'seventeenth eighteenth nineteenth'
/** Words that divide the number before them; plural in s. */
const PARTS: Readonly<Record<string, number>> = {
  half: 2,
  halve: 2,
  quarter: 4,
  ...Object.fromEntries(ORDINALS.split(' ').map((word, i) => [word, i + 3])),
  twentieth: 20,
  thirtieth: 30,
  fortieth: 40,
  fiftieth: 50,
  sixtieth: 60,
  hundredth: 100,
  thousandth: 1e3,
  millionth: 1e6,
  billionth: 1e9,
}

const lowerOf = (token: Token | undefined): string =>
  token === undefined || (token.kind !== 'word' && token.kind !== 'symbol') ? '' : token.text.toLowerCase()

const singular = (word: string): string => (word.endsWith('s') && word !== 'gross' ? word.slice(0, -1) : word)

/** The factor of a scale word: 1000000 for million and millions; undefined for another word. */
export function scaleOf(word: string): number | undefined {
  if (word === 'ten') return undefined // "3 tens" only
  const name = singular(word)
  return Object.hasOwn(SCALES, name) ? SCALES[name] : undefined
}

const partOf = (word: string): number | undefined =>
  Object.hasOwn(PARTS, singular(word)) ? PARTS[singular(word)] : undefined

const countOf = (word: string): number | undefined =>
  SMALL.get(word) ?? TENS.get(word) ?? (Object.hasOwn(OTHERS, word) ? OTHERS[word] : undefined)

/** Whether a word is, or is part of, a number in words. */
export const isNumberWord = (word: string): boolean => {
  const lower = word.toLowerCase()
  return lower
    .split('-')
    .every((part) => countOf(part) !== undefined || scaleOf(part) !== undefined || partOf(part) !== undefined)
}

interface Spelled {
  readonly value: Rational
  readonly end: number // the token behind it
}

/** Replaces the numbers in words by numbers, and the scale words behind other values by factors. */
export function spellNumbers(tokens: readonly Token[]): Token[] {
  const split = tokens.flatMap(splitHyphens)
  const out: Token[] = []
  for (let at = 0; at < split.length; ) {
    const repeated = remarkEnd(split, at, out)
    if (repeated !== null) {
      at = repeated
      continue
    }
    const spelled = readSpelled(split, at)
    if (spelled !== null) {
      out.push(...numberTokens(spelled.value, split[at]!.spaced))
      at = spelled.end
      continue
    }
    const mixed = halfBehind(split, at, out)
    if (mixed !== null) {
      out.splice(-1, 1, ...numberTokens(mixed.value, true))
      at = mixed.end
      continue
    }
    out.push(...(factorBehind(split, at, out) ?? [split[at]!]))
    at += 1
  }
  return out
}

// twenty-five, one-third: only where every part is a number
function splitHyphens(token: Token): Token[] {
  if (token.kind !== 'word' || !token.text.includes('-') || !isNumberWord(token.text)) return [token]
  return token.text.split('-').map((text) => ({ ...token, text }))
}

// 8 (eight), eight (8)
function remarkEnd(tokens: readonly Token[], at: number, out: readonly Token[]): number | null {
  const last = out.at(-1)
  if (tokens[at]!.text !== '(' || last?.kind !== 'number') return null
  const inner = tokens[at + 1]
  const spelled = inner?.kind === 'number' ? plainNumber(tokens, at + 1) : readSpelled(tokens, at + 1)
  if (spelled === null || tokens[spelled.end]?.text !== ')') return null
  const wasSpelled = inner!.kind !== 'number' || tokens[at - 1]!.kind !== 'number'
  return wasSpelled && last.text === String(spelled.value.n) && spelled.value.d === 1n ? spelled.end + 1 : null
}

const plainNumber = (tokens: readonly Token[], at: number): Spelled | null =>
  /^\d+$/.test(tokens[at]!.text) ? { value: { n: BigInt(tokens[at]!.text), d: 1n }, end: at + 1 } : null

function numberTokens(value: Rational, spaced: boolean): Token[] {
  const number = (n: bigint): Token => ({ kind: 'number', text: String(n), spaced: false })
  if (value.d === 1n) return [{ ...number(value.n), spaced }]
  return [
    { kind: 'open', text: '(', spaced },
    number(value.n),
    { kind: 'operator', text: '/', spaced: false },
    number(value.d),
    { kind: 'close', text: ')', spaced: false },
  ]
}

/** A number that begins with a word: a cardinal, a fraction, both; "half a", "a dozen". */
function readSpelled(tokens: readonly Token[], at: number): Spelled | null {
  if (tokens[at]!.kind !== 'word' && !isArticle(tokens, at)) return null
  const whole = readCardinal(tokens, at) ?? readFraction(tokens, at)
  return whole === null ? null : withFraction(tokens, withScales(tokens, whole))
}

// a dozen, an eighth; never the symbol a in front of other words
function isArticle(tokens: readonly Token[], at: number): boolean {
  const word = lowerOf(tokens[at])
  if (word !== 'a' && word !== 'an') return false
  const next = lowerOf(tokens[at + 1])
  return next.length > 2 && (scaleOf(next) !== undefined || partOf(next) !== undefined)
}

function readCardinal(tokens: readonly Token[], at: number): Spelled | null {
  let end = at
  let [total, current] = [0, -1]
  for (;;) {
    const word = lowerOf(tokens[end])
    const count = tokens[end]?.kind === 'word' ? countOf(word) : undefined
    if (count !== undefined && (current < 0 || fits(current, count))) current = Math.max(current, 0) + count
    else if (current >= 0 && word === 'hundred' && current < 100) current *= 100
    else if (current >= 0 && scaleOf(word) !== undefined && scaleOf(word)! >= 1e3) {
      total += current * scaleOf(word)!
      current = 0
    } else if (word !== 'and' || (current < 100 && total === 0) || !isSmallCount(tokens, end + 1)) break
    end += 1
  }
  if (current < 0) return null
  return partsBehind(tokens, { value: integer(total + current), end })
}

// one hundred and five, never one hundred and two thirds
function isSmallCount(tokens: readonly Token[], at: number): boolean {
  return countOf(lowerOf(tokens[at])) !== undefined && partOf(lowerOf(tokens[at + 1])) === undefined
}

// twenty five, one hundred twenty; never "two three"
const fits = (current: number, count: number): boolean =>
  (current % 100 === 0 && current > 0) || current === 0
    ? count < 100
    : current % 10 === 0 && current % 100 >= 20 && count < 10

// two thirds, one half
function partsBehind(tokens: readonly Token[], whole: Spelled): Spelled {
  const word = lowerOf(tokens[whole.end])
  const part = partOf(word)
  if (part === undefined || (!word.endsWith('s') && whole.value.n !== 1n)) return whole
  return { value: divide(whole.value, integer(part))!, end: whole.end + 1 }
}

// half, a half, half of a; a third, a quarter
function readFraction(tokens: readonly Token[], at: number): Spelled | null {
  const first = lowerOf(tokens[at])
  const named = isArticle(tokens, at) ? at + 1 : first === 'half' ? at : null
  if (named === null) return null
  const word = lowerOf(tokens[named])
  const scale = scaleOf(word)
  if (scale !== undefined) return { value: integer(scale), end: named + 1 }
  let end = named + 1
  // half an hour, half a million
  if (word === 'half' && /^an?$/.test(lowerOf(tokens[end])) && lowerOf(tokens[end + 1]).length > 2) end += 1
  return { value: divide(integer(1), integer(partOf(word)!))!, end }
}

// half a million, two dozen
function withScales(tokens: readonly Token[], spelled: Spelled): Spelled {
  let { value, end } = spelled
  for (let scale = scaleOf(lowerOf(tokens[end])); scale !== undefined; scale = scaleOf(lowerOf(tokens[end]))) {
    value = multiply(value, integer(scale))!
    end += 1
    if (end - spelled.end > 4) break
  }
  return { value, end }
}

// two and a half, three and two thirds
function withFraction(tokens: readonly Token[], whole: Spelled): Spelled {
  if (lowerOf(tokens[whole.end]) !== 'and' || whole.value.d !== 1n) return whole
  const fraction = fractionAt(tokens, whole.end + 1)
  return fraction === null ? whole : { value: add(whole.value, fraction.value)!, end: fraction.end }
}

function fractionAt(tokens: readonly Token[], at: number): Spelled | null {
  if (tokens[at] === undefined) return null
  const fraction = readCardinal(tokens, at) ?? readFraction(tokens, at)
  return fraction !== null && fraction.value.d !== 1n ? fraction : null
}

// 3 million, \\frac12 million, 3 hundredths
function factorBehind(tokens: readonly Token[], at: number, out: readonly Token[]): readonly Token[] | null {
  const last = out.at(-1)
  const word = lowerOf(tokens[at])
  if (last === undefined || word.length < 2 || (last.kind !== 'number' && last.kind !== 'close')) return null
  // $20 gross is no twelve dozen
  const isMoney = word === 'gross' && out.at(-2)?.kind === 'currency'
  const scale = isMoney ? undefined : scaleOf(word)
  if (scale !== undefined) return [operator('*'), ...numberTokens(integer(scale), false)]
  const part = partOf(word)
  // 3 quarters are coins
  if (part === undefined || last.kind !== 'number' || /^quarters?$/.test(word)) return null
  return word.endsWith('s') || last.text === '1' ? [operator('/'), ...numberTokens(integer(part), false)] : null
}

const operator = (text: string): Token => ({ kind: 'operator', text, spaced: false })

// 2 and a half
function halfBehind(tokens: readonly Token[], at: number, out: readonly Token[]): Spelled | null {
  if (out.at(-1)?.kind !== 'number' || lowerOf(tokens[at]) !== 'and') return null
  const whole = plainNumber(out, out.length - 1)
  const fraction = whole === null ? null : fractionAt(tokens, at + 1)
  return fraction === null ? null : { value: add(whole!.value, fraction.value)!, end: fraction.end }
}
