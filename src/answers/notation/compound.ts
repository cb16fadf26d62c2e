import { readExpression } from './expression.ts'
import { type Label, readLabel } from './label.ts'
import type { Node, Quantity } from './node.ts'
import { leadingWords } from './prose.ts'
import { type Reader, within } from './reader.ts'
import type { Token } from './token.ts'
import { NEXT_UNIT } from './unit-table.ts'
import { commensurable, isUnitSymbol, type Unit } from './units.ts'
import { FILLERS } from './wording.ts'

/** A number and the words behind it, in tokens. */
interface Pair {
  readonly from: number
  readonly to: number
  readonly unit: string // "" for a number that takes the unit below the one before it
}

interface Found {
  readonly before: string
  readonly pairs: readonly Pair[]
  readonly separated: boolean // by commas or "and"
  readonly symbols: boolean // by symbols alone: 2h 30m
}

/**
 * Several numbers with a unit each, all over [from, to): one quantity where the units descend (5 ft 6 in), a list where
 * nothing stands between them (4 apples 3 pears); null for anything else.
 */
export function readCompound(reader: Reader, from: number, to: number): Node | null {
  const found = findPairs(reader, from, to)
  if (found === null) return null
  const units = unitTexts(found.pairs)
  if (units === null) return null
  const descending = meaningsOf(units.map((unit) => readLabel('', unit))) !== null
  if (!descending && (found.separated || found.symbols)) return null
  const parts = found.pairs.map(
    (pair, i): Quantity => ({
      kind: 'quantity',
      of: within(reader, pair.from, pair.to, readExpression),
      unit: units[i]!,
      before: i === 0 ? found.before : '',
    }),
  )
  reader.at = to
  return descending ? { kind: 'compound', parts } : { kind: 'list', items: parts, joiner: 'and' }
}

/** One meaning of each unit, of one dimension and each smaller than the one before; null when there are none. */
export function meaningsOf(labels: readonly Label[]): readonly Unit[] | null {
  for (const first of labels[0]!.units) {
    const chosen = [first]
    for (const label of labels.slice(1)) {
      const last = chosen.at(-1)!
      const next = label.units.find((unit) => commensurable(unit, last) && isSmaller(unit, last))
      if (next === undefined) break
      chosen.push(next)
    }
    const isPlain = labels.every((label, i) => i === labels.length - 1 || label.words.length + label.of.length === 0)
    if (chosen.length === labels.length && isPlain) return chosen
  }
  return null
}

const isSmaller = (a: Unit, b: Unit): boolean => a.factor.n * b.factor.d < b.factor.n * a.factor.d

// 1 h 30 is 30 minutes, 2h 30m too
function unitTexts(pairs: readonly Pair[]): readonly string[] | null {
  const texts: string[] = []
  for (const [i, { unit }] of pairs.entries()) {
    if (i === 0 && unit === '') {
      // $3 and 50 cents, the sign lost
      if (pairs.length > 2 || !/^cents?$/i.test(pairs[1]!.unit)) return null
      texts.push('dollar')
      continue
    }
    const last = texts.at(-1)?.toLowerCase() ?? ''
    const next = NEXT_UNIT[last] ?? NEXT_UNIT[last.replace(/s$/, '')]
    if (unit === '' && next === undefined) return null
    texts.push(unit === '' || (unit === 'm' && next === 'minute') ? next! : unit)
  }
  return texts
}

const isValueStart = (token: Token | undefined): boolean =>
  token?.kind === 'number' || token?.kind === 'currency' || token?.text === 'frac' || token?.text === '('

const PREPOSITIONS = new Set(
  'of to than by per in out from for at over under under and or plus minus times is are'.split(' '),
)

function findPairs(reader: Reader, from: number, to: number): Found | null {
  if (!mayBeCompound(reader, from, to)) return null
  const { tokens } = reader
  const front = leadingWords(reader, from, to)
  let at = tokens[front.at - 1]?.kind === 'currency' && front.at > from ? front.at - 1 : front.at
  const before = tokens
    .slice(from, at)
    .map((token) => token.text)
    .join(' ')
  const pairs: Pair[] = []
  let [separated, symbols] = [false, true]
  while (at < to) {
    const pair = readPair(reader, at, to)
    if (pair === null) return null
    pairs.push(pair.pair)
    symbols &&= pair.symbol
    at = pair.end
    const joined = joinersEnd(tokens, at, to)
    if (joined === at) continue
    if (!isValueStart(tokens[joined]) || joined >= to) return null
    separated = true
    at = joined
  }
  return pairs.length < 2 || pairs.length > MOST_PAIRS ? null : { before, pairs, separated, symbols }
}

const MOST_PAIRS = 8

// a number behind a word, a unit's symbol or a separator
function mayBeCompound({ tokens }: Reader, from: number, to: number): boolean {
  for (let i = from + 2; i < to; i += 1) {
    const { kind } = tokens[i - 1]!
    if ((kind === 'word' || kind === 'symbol' || kind === 'separator') && isValueStart(tokens[i])) return true
  }
  return false
}

function joinersEnd(tokens: readonly Token[], at: number, to: number): number {
  let end = at
  while (end < to && end - at < 2 && (tokens[end]!.kind === 'separator' || tokens[end]!.text.toLowerCase() === 'and'))
    end += 1
  return end
}

function readPair(
  reader: Reader,
  from: number,
  to: number,
): { readonly pair: Pair; readonly end: number; readonly symbol: boolean } | null {
  const { tokens, match } = reader
  const isMoney = tokens[from]!.kind === 'currency'
  const start = isMoney ? from + 1 : from
  if (!isValueStart(tokens[start]) || tokens[start]!.kind === 'currency') return null
  let at = start
  while (at < to && !endsValue(tokens, at, start)) at = match[at]! > at ? match[at]! + 1 : at + 1
  if (isMoney) return { pair: { from: start, to: at, unit: tokens[from]!.text }, end: at, symbol: false }
  const valueEnd = at
  const words: string[] = []
  while (at < to && !endsTail(tokens, at)) words.push(tokens[at++]!.text)
  const isBare = valueEnd === start + 1 && (at === to || tokens[at]!.text === 'and')
  if (words.length === 0 && !isBare) return null
  const last = words.at(-1)?.toLowerCase() ?? ''
  if (at < to && (PREPOSITIONS.has(last) || (FILLERS.has(last) && words.length === 1))) return null
  const symbol = words.length === 1 && tokens[valueEnd]!.kind === 'symbol'
  return {
    pair: { from: start, to: valueEnd, unit: words.join(' ').replaceAll('^ ', '^') },
    end: at,
    symbol: symbol || words.length === 0,
  }
}

function endsValue(tokens: readonly Token[], at: number, start: number): boolean {
  const { kind, text } = tokens[at]!
  if (kind === 'word' || kind === 'separator' || kind === 'currency' || kind === 'relation') return true
  return kind === 'symbol' && at > start && tokens[at - 1]!.kind === 'number' && isUnitSymbol(text)
}

// words and powers of units go on; the next number, separator or sign does not
function endsTail(tokens: readonly Token[], at: number): boolean {
  const { kind, text } = tokens[at]!
  if (kind === 'word') return text.toLowerCase() === 'and'
  if (kind === 'number') return tokens[at - 1]!.text !== '^'
  return kind !== 'symbol' && text !== '^' && text !== '/'
}
