// The methods of Python's str.
import { intOf, textOf } from '../arguments.ts'
import { refuse, requireSize, spend } from '../budget.ts'
import { fail, iterable } from '../protocol.ts'
import { type Callable, points, Tuple, textLength, typeName, type Value } from '../value.ts'
import { capitalize, isLowerText, isTitleText, isUpperText, lower, swapcase, title, upper } from './case.ts'
import { formatBraces } from './format.ts'
import { method } from './method.ts'
import { countOf, find, replaceText, split, splitLines, splitRight, strip, texts, within } from './search.ts'

type Given = Value | undefined
type Method = { readonly names: readonly string[]; readonly work: (text: string, ...values: Given[]) => Value }

const plain = (work: (text: string) => Value): Method => ({ names: [], work })
const optionalText = (value: Given): string | null => (value === undefined || value === null ? null : textOf(value))
const optionalInt = (value: Given): number | null => (value === undefined || value === null ? null : intOf(value))
const charsOf = ['/chars']
const partOf = ['/sub!', '/start', '/end']

const searching =
  (last: boolean, needed: boolean) =>
  (text: string, part: Given, start: Given, stop: Given): Value => {
    const place = find(within(text, optionalInt(start), optionalInt(stop)), textOf(part), last)
    return place < 0 && needed ? fail('substring not found') : BigInt(place)
  }

const affix =
  (test: (text: string, part: string) => boolean, name: string) =>
  (text: string, part: Given, start: Given, stop: Given): Value => {
    const region = within(text, optionalInt(start), optionalInt(stop))
    const parts = part instanceof Tuple ? part.items : [part!]
    return parts.some((each) => {
      if (typeof each !== 'string') fail(`${name} needs a str or a tuple of str, not ${typeName(each)}`)
      return region.valid && test(region.text, each as string)
    })
  }

const partition =
  (last: boolean) =>
  (text: string, separator: Given): Value => {
    const by = textOf(separator)
    if (by === '') fail('empty separator')
    const at = last ? text.lastIndexOf(by) : text.indexOf(by)
    if (at < 0) return new Tuple(last ? ['', '', text] : [text, '', ''])
    return new Tuple([text.slice(0, at), by, text.slice(at + by.length)])
  }

/** str.center, ljust, rjust: of an odd gap in the middle, CPython's left part. */
const justified =
  (leftShare: (gap: number, width: number) => number) =>
  (text: string, width: Given, fill: Given): Value => {
    const to = intOf(width)
    const gap = to - textLength(text)
    const character = textOf(fill, ' ')
    if (textLength(character) !== 1) fail('the fill character must be exactly one character long')
    if (gap <= 0) return text
    requireSize(to)
    const left = leftShare(gap, to)
    return character.repeat(left) + text + character.repeat(gap - left)
  }

export const centerShare = (gap: number, width: number): number => Math.floor(gap / 2) + (gap & width & 1)

const justifyOf = ['/width!', '/fillchar']
const all = (pattern: RegExp) =>
  plain((text) => text !== '' && points(text).every((character) => pattern.test(character)))

/** Digits and letters; numbers of other kinds, such as "½" and "二", are told apart by tables that JavaScript has not. */
const digits = (name: string, pattern: RegExp, unknown: RegExp): Method =>
  plain((text) => {
    if (unknown.test(text)) refuse(`${name} of a text with "${unknown.exec(text)![0]}"`)
    return text !== '' && points(text).every((character) => pattern.test(character))
  })

const methods: Readonly<Record<string, Method>> = {
  upper: plain(upper),
  lower: plain(lower),
  title: plain(title),
  capitalize: plain(capitalize),
  swapcase: plain(swapcase),
  isupper: plain(isUpperText),
  islower: plain(isLowerText),
  istitle: plain(isTitleText),
  isalpha: all(/\p{L}/u),
  isdecimal: all(/\p{Nd}/u),
  isdigit: digits('isdigit', /\p{Nd}/u, /\p{No}/u),
  isalnum: digits('isalnum', /\p{L}|\p{Nd}/u, /\p{No}|\p{Nl}/u),
  isnumeric: digits('isnumeric', /\p{Nd}/u, /[^\p{ASCII}\p{Nd}]/u),
  isspace: plain((text) => text !== '' && strip(text, null, 'both') === ''),
  isascii: plain((text) => /^\p{ASCII}*$/u.test(text)),
  strip: { names: charsOf, work: (text, chars) => strip(text, optionalText(chars), 'both') },
  lstrip: { names: charsOf, work: (text, chars) => strip(text, optionalText(chars), 'left') },
  rstrip: { names: charsOf, work: (text, chars) => strip(text, optionalText(chars), 'right') },
  split: {
    names: ['sep', 'maxsplit'],
    work: (text, separator, most) => texts(split(text, optionalText(separator), intOf(most, -1))),
  },
  rsplit: {
    names: ['sep', 'maxsplit'],
    work: (text, separator, most) => texts(splitRight(text, optionalText(separator), intOf(most, -1))),
  },
  splitlines: { names: ['keepends'], work: (text, keep) => texts(splitLines(text, intOf(keep, 0) !== 0)) },
  replace: {
    names: ['/old!', '/new!', 'count'],
    work: (text, old, replacement, most) => replaceText(text, textOf(old), textOf(replacement), intOf(most, -1)),
  },
  find: { names: partOf, work: searching(false, false) },
  rfind: { names: partOf, work: searching(true, false) },
  index: { names: partOf, work: searching(false, true) },
  rindex: { names: partOf, work: searching(true, true) },
  count: {
    names: partOf,
    work: (text, part, start, stop) =>
      BigInt(countOf(within(text, optionalInt(start), optionalInt(stop)), textOf(part))),
  },
  startswith: { names: partOf, work: affix((text, part) => text.startsWith(part), 'startswith') },
  endswith: { names: partOf, work: affix((text, part) => text.endsWith(part), 'endswith') },
  removeprefix: {
    names: ['/prefix!'],
    work: (text, part) => (text.startsWith(textOf(part)) ? text.slice(textOf(part).length) : text),
  },
  removesuffix: {
    names: ['/suffix!'],
    work: (text, part) => (text.endsWith(textOf(part)) ? text.slice(0, text.length - textOf(part).length) : text),
  },
  partition: { names: ['/sep!'], work: partition(false) },
  rpartition: { names: ['/sep!'], work: partition(true) },
  center: { names: justifyOf, work: justified(centerShare) },
  ljust: { names: justifyOf, work: justified(() => 0) },
  rjust: { names: justifyOf, work: justified((gap) => gap) },
  zfill: { names: ['/width!'], work: zfill },
  join: { names: ['/iterable!'], work: joinTexts },
}

function zfill(text: string, width: Given): string {
  requireSize(intOf(width))
  const zeros = '0'.repeat(Math.max(0, intOf(width) - textLength(text)))
  return /^[-+]/.test(text) ? text[0] + zeros + text.slice(1) : zeros + text
}

function joinTexts(separator: string, items: Given): string {
  const parts = Array.from(iterable(items!), (part, i) =>
    typeof part === 'string' ? part : fail(`sequence item ${i}: expected str instance, ${typeName(part)} found`),
  )
  requireSize(parts.reduce((sum, part) => sum + part.length + separator.length, 0))
  return parts.join(separator)
}

/** A bound method of a text; undefined where there is none here. */
export function stringMethod(text: string, name: string): Callable | undefined {
  spend(text.length)
  if (name === 'format') return formatBraces(text)
  if (!Object.hasOwn(methods, name)) return undefined
  const { names, work } = methods[name]!
  return method(name, names, (...values) => work(text, ...values))
}
