import { spellNumbers } from './number-words.ts'
import type { Token } from './token.ts'
import { unitsNamed } from './units.ts'
import { BOUNDS_BEHIND } from './wording.ts'

const lowerOf = (token: Token | undefined): string => (token?.kind === 'word' ? token.text.toLowerCase() : '')

interface Replacement {
  readonly end: number // the token behind what is replaced
  readonly by: readonly Token[]
}

type Rule = (tokens: readonly Token[], at: number) => Replacement | null

/** Rewrites what words say as the notation for it: numbers, temperatures, bases, signs, relations. */
export function rewriteWords(tokens: Token[]): Token[] {
  if (
    !tokens.some(
      (token, at) =>
        token.kind === 'word' || token.text === '°' || isUprightUnit(tokens, at) || isRateOfSymbols(tokens, at),
    )
  )
    return tokens
  const spelled = spellNumbers(tokens)
  const out: Token[] = []
  for (let at = 0; at < spelled.length; ) {
    let replaced: Replacement | null = null
    for (const rule of RULES) {
      replaced = rule(spelled, at)
      if (replaced !== null) break
    }
    out.push(...(replaced?.by ?? [spelled[at]!]))
    at = replaced?.end ?? at + 1
  }
  return out
}

const word = (text: string): Token => ({ kind: 'word', text, spaced: true, quoted: true })
const sign = (kind: 'operator' | 'relation', text: string): Token => ({ kind, text, spaced: true })

const SCALES: Readonly<Record<string, string>> = { c: 'celsius', f: 'fahrenheit', k: 'kelvin' }

const scaleName = (token: Token | undefined): string | null => {
  if (token === undefined || (token.kind !== 'word' && token.kind !== 'symbol')) return null
  const name = token.text.toLowerCase()
  if (token.text.length === 1 && token.text !== token.text.toUpperCase()) return null
  return SCALES[name] ?? (/^(?:celsius|centigrade|fahrenheit|kelvin)$/.test(name) ? name : null)
}

// 20 degrees Celsius, 20^\circ C, 20^{\circ}\text{C}
const temperature: Rule = (tokens, at) => {
  let end = at
  if (/^deg(?:ree)?s?$/.test(lowerOf(tokens[at]))) end = at + 1
  else if (tokens[at]!.text === '^' && tokens[at + 1]?.text === '°') end = at + 2
  else if (tokens[at]!.text === '^' && tokens[at + 2]?.text === '°' && tokens[at + 3]?.text === '}') end = at + 4
  else if (tokens[at]!.text === '°') end = at + 1
  else return null
  const name = scaleName(tokens[end])
  return name === null || tokens[at - 1]?.kind === undefined ? null : { end: end + 1, by: [word(name)] }
}

// 5 or more, 5 and up
const boundBehind: Rule = (tokens, at) => {
  const joiner = lowerOf(tokens[at])
  const name = lowerOf(tokens[at + 1])
  if ((joiner !== 'or' && joiner !== 'and') || !Object.hasOwn(BOUNDS_BEHIND, name) || at === 0) return null
  if (joiner === 'and' && /^(?:more|less|fewer)$/.test(name)) return null
  return { end: at + 2, by: [word(`or-${name}`)] }
}

const BASES: Readonly<Record<string, number>> = {
  binary: 2,
  ternary: 3,
  octal: 8,
  decimal: 10,
  hexadecimal: 16,
  hex: 16,
}

const numeral = (text: string): Token => ({ kind: 'number', text, spaced: false })

// 204 base 5, 204 (base 5), 1011 in binary; _{base 5}
const base: Rule = (tokens, at) => {
  if (lowerOf(tokens[at]) === 'base' && tokens[at - 1]?.text === '{' && tokens[at - 2]?.text === '_')
    return { end: at + 1, by: [] }
  if (tokens[at - 1]?.kind !== 'number') return null
  let end = at
  const bracketed = tokens[end]!.text === '('
  if (bracketed) end += 1
  if (lowerOf(tokens[end]) === 'in') end += 1
  const named = lowerOf(tokens[end])
  const digits = named === 'base' && tokens[end + 1]?.kind === 'number' ? tokens[end + 1]!.text : null
  const value = digits ?? (Object.hasOwn(BASES, named) ? String(BASES[named]) : null)
  if (value === null) return null
  end += digits === null ? 1 : 2
  if (bracketed && tokens[end]?.text !== ')') return null
  return { end: bracketed ? end + 1 : end, by: [sign('operator', '_'), numeral(value)] }
}

// minus 5, negative 3
const minus: Rule = (tokens, at) =>
  /^(?:minus|negative)$/.test(lowerOf(tokens[at])) &&
  tokens[at + 1]?.kind === 'number' &&
  tokens[at - 1]?.kind !== 'word'
    ? { end: at + 1, by: [sign('operator', '-')] }
    : null

const RELATIONS: readonly (readonly [words: readonly string[], sign: string])[] = (
  [
    ['is not equal to', '!='],
    ['does not equal', '!='],
    ['is not', '!='],
    ['cannot be', '!='],
    ['is greater than or equal to', '>='],
    ['is less than or equal to', '<='],
    ['is at least', '>='],
    ['is at most', '<='],
    ['is no less than', '>='],
    ['is no more than', '<='],
    ['is greater than', '>'],
    ['is more than', '>'],
    ['is larger than', '>'],
    ['is less than', '<'],
    ['is smaller than', '<'],
    ['is equal to', '='],
    ['equals', '='],
    ['is', '='],
  ] as const
).map(([words, relation]) => [words.split(' '), relation])

// x is at least 5
const relation: Rule = (tokens, at) => {
  const name = lowerOf(tokens[at])
  if ((name !== 'is' && name !== 'equals' && name !== 'does' && name !== 'cannot') || tokens[at - 1]?.kind !== 'symbol')
    return null
  for (const [words, text] of RELATIONS) {
    if (!words.every((part, i) => lowerOf(tokens[at + i]) === part)) continue
    const behind = tokens[at + words.length]
    const isValue =
      behind?.kind === 'number' || behind?.kind === 'currency' || behind?.text === '-' || behind?.text === 'frac'
    return isValue ? { end: at + words.length, by: [sign('relation', text)] } : null
  }
  return null
}

// an hour, a week: one of it, at the front of the text
const one: Rule = (tokens, at) => {
  if (at > 0 || !/^an?$/i.test(tokens[0]!.text) || tokens[1]?.kind !== 'word') return null
  return unitsNamed(tokens[1].text).length > 0 ? { end: 1, by: [numeral('1')] } : null
}

// 3 to 5: nothing else
const ratio: Rule = (tokens, at) =>
  tokens.length === 3 &&
  at === 1 &&
  lowerOf(tokens[1]) === 'to' &&
  tokens[0]!.kind === 'number' &&
  tokens[2]!.kind === 'number'
    ? { end: 2, by: [sign('operator', ':')] }
    : null

// the slash of 10 m/s, set apart from its number, at the end; 2 h/g is no rate
function isRateOfSymbols(tokens: readonly Token[], slash: number): boolean {
  if (tokens[slash]?.text !== '/') return false
  const [value, over, under, behind] = [tokens[slash - 2], tokens[slash - 1], tokens[slash + 1], tokens[slash + 2]]
  if (value?.kind !== 'number' || over?.kind !== 'symbol' || !over.spaced || under?.kind !== 'symbol') return false
  if (!/^[mgLlJNWV]$/.test(over.text) || !/^[shLlm]$/.test(under.text)) return false
  return behind === undefined || behind.kind === 'separator' || (behind.text === '^' && slash + 4 === tokens.length)
}

// 5\,\mathrm{m}: a letter set upright behind a number, outside of sums and brackets; an upright A may be a matrix
function isUprightUnit(tokens: readonly Token[], at: number): boolean {
  const [value, token, behind] = [tokens[at - 1], tokens[at], tokens[at + 1]]
  if (token?.kind !== 'symbol' || token.quoted !== true || !/^[mgshlLJNWVK]$/.test(token.text)) return false
  if (value?.kind !== 'number' && value?.text !== '/') return false
  const ends =
    behind === undefined || behind.kind === 'separator' || behind.kind === 'word' || /^[\^/]$/.test(behind.text)
  return ends && tokens.every(({ text }, i) => !(i > 0 && /^[-+]$/.test(text)) && !opensGroup(tokens, i))
}

const opensGroup = (tokens: readonly Token[], at: number): boolean =>
  tokens[at]!.kind === 'open' && tokens[at - 1]?.text !== '^'

const uprightUnit: Rule = (tokens, at) =>
  isUprightUnit(tokens, at) ? { end: at + 1, by: [word(tokens[at]!.text)] } : null

const rateOfSymbols: Rule = (tokens, at) =>
  isRateOfSymbols(tokens, at + 1)
    ? { end: at + 3, by: [word(tokens[at]!.text), tokens[at + 1]!, word(tokens[at + 2]!.text)] }
    : null

// 3 squared, x cubed
const power: Rule = (tokens, at) => {
  const name = lowerOf(tokens[at])
  if ((name !== 'squared' && name !== 'cubed') || !/^(?:number|symbol|close)$/.test(tokens[at - 1]?.kind ?? ''))
    return null
  return { end: at + 1, by: [sign('operator', '^'), numeral(name === 'squared' ? '2' : '3')] }
}

const RULES: readonly Rule[] = [
  power,
  rateOfSymbols,
  uprightUnit,
  ratio,
  temperature,
  boundBehind,
  base,
  minus,
  relation,
  one,
]
