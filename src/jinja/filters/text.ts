// Filters of texts and numbers, after jinja2/filters.py.
import { flagOf, intOf, textOf } from '../arguments.ts'
import { refuse, requireSize } from '../budget.ts'
import { toJson } from '../json.ts'
import { capitalize, lower, upper } from '../methods/case.ts'
import { replaceText, splitLines, splitRight, strip } from '../methods/search.ts'
import { centerShare } from '../methods/string.ts'
import { formatPercent } from '../percent-format.ts'
import { fail, isNumber, numeric, truthy } from '../protocol.ts'
import { space } from '../space.ts'
import { str } from '../text.ts'
import { Dict, points, SafeText, Tuple, textLength, typeName, Undefined, type Value } from '../value.ts'
import { type Filter, filter } from './context.ts'

const ofText = (name: string, work: (text: string) => Value): Filter =>
  filter(name, [], (value) => work(softText(name, value)))

/** A text, or what prints as one; marked safe, it would stay so in jinja2. */
function softText(name: string, value: Value): string {
  return value instanceof SafeText ? refuse(`"${name}" of a text from "safe" or "escape"`) : str(value)
}

const wordStart = new RegExp(`([-${space.slice(1, -1)}({[<]+)`)

/** jinja2's own title: words begin after a space, hyphen or opening bracket, not after an apostrophe. */
const titleWords = (text: string): string =>
  text
    .split(wordStart)
    .map((part) => {
      const [first, ...rest] = points(part)
      return first === undefined ? '' : upper(first) + lower(rest.join(''))
    })
    .join('')

const indent: Filter = filter('indent', ['width', 'first', 'blank'], (value, { width, first, blank }) => {
  const text = value instanceof SafeText ? softText('indent', value) : textOf(value)
  const margin = typeof width === 'string' ? width : ' '.repeat(Math.max(0, bounded(intOf(width, 4))))
  const lines = splitLines(`${text}\n`)
  requireSize(text.length + lines.length * margin.length)
  const rest = lines.slice(1).map((line) => (line !== '' || flagOf(blank) ? margin + line : line))
  return (flagOf(first) ? margin : '') + [lines[0]!, ...rest].join('\n')
})

const bounded = (size: number): number => {
  requireSize(size)
  return size
}

const truncate: Filter = filter(
  'truncate',
  ['length', 'killwords', 'end', 'leeway'],
  (value, { length, killwords, end, leeway }) => {
    const text = value instanceof SafeText ? softText('truncate', value) : textOf(value)
    const after = textOf(end, '...')
    const [most, slack] = [intOf(length, 255), leeway === null ? 5 : intOf(leeway, 5)]
    if (most < textLength(after)) fail(`expected length >= ${textLength(after)}, got ${most}`)
    if (slack < 0) fail(`expected leeway >= 0, got ${slack}`)
    if (textLength(text) <= most + slack) return text
    const cut = points(text)
      .slice(0, most - textLength(after))
      .join('')
    return (flagOf(killwords) ? cut : splitRight(cut, ' ', 1)[0]!) + after
  },
)

const html: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;' }

const escapeHtml: Filter = filter('escape', [], (value) =>
  value instanceof SafeText ? value : new SafeText(str(value).replace(/[&<>'"]/g, (character) => html[character]!)),
)

const tojson: Filter = filter(
  'tojson',
  ['ensure_ascii', 'indent', 'separators', 'sort_keys'],
  (value, { ensure_ascii, indent: step = null, separators = null, sort_keys }) => {
    const level = step === null ? null : typeof step === 'string' ? step : ' '.repeat(Math.max(0, bounded(intOf(step))))
    const [between, after] = separators === null ? [level === null ? ', ' : ',', ': '] : pair(separators)
    const options = {
      ascii: flagOf(ensure_ascii),
      indent: level,
      separators: [between, after],
      sortKeys: flagOf(sort_keys),
    } as const
    return toJson(value, options)
  },
)

function pair(value: Value): [string, string] {
  const items = value instanceof Tuple ? value.items : value
  if (!Array.isArray(items) || items.length !== 2) return fail('separators must be two texts')
  return [textOf(items[0]), textOf(items[1])]
}

/** printf-style, of positional or of named values. */
const format: Filter = (value, args, keywords) => {
  if (args.length > 0 && keywords.size > 0) fail("can't handle positional and keyword arguments at the same time")
  return formatPercent(softText('format', value), keywords.size > 0 ? new Dict(keywords) : new Tuple(args))
}

const replace: Filter = filter('replace', ['old!', 'new!', 'count'], (value, given) => {
  const count = given.count === null || given.count === undefined ? -1 : intOf(given.count)
  return replaceText(str(value), str(given.old!), str(given.new!), count)
})

const center: Filter = filter('center', ['width'], (value, given) => {
  const text = softText('center', value)
  const width = bounded(intOf(given.width, 80))
  const gap = Math.max(0, width - textLength(text))
  const left = centerShare(gap, width)
  return ' '.repeat(left) + text + ' '.repeat(gap - left)
})

const abs: Filter = filter('abs', [], (value) => {
  if (value instanceof Undefined || !isNumber(value)) return fail(`bad operand type for abs(): '${typeName(value)}'`)
  const number = numeric(value)
  return number < 0 ? -number : typeof number === 'number' ? Math.abs(number) : number
})

export const textFilters: Readonly<Record<string, Filter>> = {
  abs,
  capitalize: ofText('capitalize', capitalize),
  center,
  default: defaultOf,
  d: defaultOf,
  e: escapeHtml,
  escape: escapeHtml,
  format,
  indent,
  lower: ofText('lower', lower),
  replace,
  safe: filter('safe', [], (value) => (value instanceof SafeText ? value : new SafeText(str(value)))),
  string: filter('string', [], (value) => (value instanceof SafeText ? value : str(value))),
  title: ofText('title', titleWords),
  tojson,
  trim: filter('trim', ['chars'], (value, { chars = null }) =>
    strip(softText('trim', value), chars === null ? null : textOf(chars), 'both'),
  ),
  truncate,
  upper: ofText('upper', upper),
  wordcount: ofText('wordcount', (text) => BigInt((text.match(/[\p{L}\p{N}_]+/gu) ?? []).length)),
}

function defaultOf(...given: Parameters<Filter>): Value {
  return filter('default', ['default_value', 'boolean'], (value, { default_value = '', boolean }) =>
    value instanceof Undefined || (flagOf(boolean) && !truthy(value)) ? default_value : value,
  )(...given)
}
