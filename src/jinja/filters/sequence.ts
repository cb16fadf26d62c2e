// Filters of lists, dicts and generators, after jinja2/filters.py.
import { flagOf, intOf, textOf } from '../arguments.ts'
import { binary } from '../arithmetic.ts'
import { attribute } from '../attributes.ts'
import { refuse, requireSize, spend } from '../budget.ts'
import { compare, distinct, equal, fail, iterable, iterate, lengthOf } from '../protocol.ts'
import { sorted } from '../sorted.ts'
import { str } from '../text.ts'
import { Dict, DictView, Lazy, points, Range, SafeText, Tuple, typeName, Undefined, type Value } from '../value.ts'
import { attributeOf, type Filter, filter, ignoreCase } from './context.ts'

/** How items compare: by an attribute, texts in lower case unless told otherwise. */
const keyOf = (path: Value | undefined, caseSensitive: Value | undefined, fallback?: Value) => {
  const get = attributeOf(path, fallback ?? null)
  return flagOf(caseSensitive) ? get : (item: Value) => ignoreCase(get(item))
}

const join: Filter = filter('join', ['d', 'attribute'], (value, { d = '', attribute: path }) => {
  const get = attributeOf(path)
  const parts = Array.from(iterable(value), (item) => str(get(item)))
  const between = str(d)
  requireSize(parts.reduce((sum, part) => sum + part.length + between.length, 0))
  return parts.join(between)
})

/** The items from the end, as reversed() takes them; undefined where it cannot. */
function reversed(value: Value): Value[] | undefined {
  if (value instanceof Undefined) return []
  const sequence = Array.isArray(value) || value instanceof Tuple || value instanceof Range || typeof value === 'string'
  const ordered = sequence || value instanceof Dict || value instanceof DictView
  return ordered ? [...iterable(value)].reverse() : undefined
}

const reverse: Filter = filter('reverse', [], (value) => {
  if (typeof value === 'string') return points(value).reverse().join('')
  if (value instanceof SafeText) return refuse('"reverse" of a text from "safe" or "escape"')
  const items = reversed(value)
  if (items !== undefined) return new Lazy(items, 'reversed object')
  return [...(iterate(value) ?? fail('argument must be iterable'))].reverse()
})

const last: Filter = filter('last', [], (value) => {
  const items = reversed(value) ?? fail(`'${typeName(value)}' object is not reversible`)
  return items[0] ?? (items.length > 0 ? null : new Undefined('No last item, sequence was empty.'))
})

const first: Filter = filter('first', [], (value) => {
  const next = iterable(value)[Symbol.iterator]().next()
  return next.done ? new Undefined('No first item, sequence was empty.') : next.value
})

const sort: Filter = filter('sort', ['reverse', 'case_sensitive', 'attribute'], (value, given) => {
  const paths = typeof given.attribute === 'string' ? given.attribute.split(',') : [given.attribute]
  const keys = paths.map((path) => keyOf(path, given.case_sensitive))
  return sorted(iterable(value), (item) => keys.map((key) => key(item)), flagOf(given.reverse))
})

const dictsort: Filter = filter('dictsort', ['case_sensitive', 'by', 'reverse'], (value, given) => {
  const by = textOf(given.by, 'key')
  if (by !== 'key' && by !== 'value') fail('You can only sort by either "key" or "value"')
  if (!(value instanceof Dict)) return value instanceof Undefined ? value.fail() : fail(`${typeName(value)} is no dict`)
  const key = keyOf(by === 'key' ? 0n : 1n, given.case_sensitive)
  return sorted(new DictView(value, 'items').items(), key, flagOf(given.reverse))
})

const extreme = (name: string, better: (order: number) => boolean): Filter =>
  filter(name, ['case_sensitive', 'attribute'], (value, given) => {
    const key = keyOf(given.attribute, given.case_sensitive)
    const [first, ...rest] = iterable(value)
    if (first === undefined) return new Undefined('No aggregated item, sequence was empty.')
    let best = first
    for (const item of rest) if (better(compare(key(item), key(best), name === 'min' ? '<' : '>'))) best = item
    return best
  })

const unique: Filter = filter('unique', ['case_sensitive', 'attribute'], (value, given) => {
  return new Lazy(distinct(iterable(value), keyOf(given.attribute, given.case_sensitive)))
})

const groupby: Filter = filter('groupby', ['attribute!', 'default', 'case_sensitive'], (value, given) => {
  const key = keyOf(given.attribute, given.case_sensitive, given.default)
  const shown = attributeOf(given.attribute, given.default ?? null)
  const groups: { key: Value; items: Value[] }[] = []
  for (const item of sorted(iterable(value), key)) {
    const group = groups.at(-1)
    if (group !== undefined && equal(group.key, key(item))) group.items.push(item)
    else groups.push({ key: key(item), items: [item] })
  }
  return groups.map(({ items }) => new Tuple([shown(items[0]!), items], ['grouper', 'list']))
})

const sum: Filter = filter('sum', ['attribute', 'start'], (value, { attribute: path, start = 0n }) => {
  const get = attributeOf(path)
  if (typeof start === 'string') fail("sum() can't sum strings [use ''.join(seq) instead]")
  let total: Value = start
  for (const item of iterable(value)) {
    total = binary('+', total, get(item))
    spend(Array.isArray(total) ? total.length : 0)
  }
  return total
})

const batch: Filter = filter('batch', ['linecount!', 'fill_with'], (value, { linecount, fill_with = null }) => {
  const size = intOf(linecount)
  return new Lazy(batches(iterable(value), size, fill_with))
})

function* batches(items: Iterable<Value>, size: number, fill: Value): Generator<Value> {
  let row: Value[] = []
  for (const item of items) {
    if (row.length === size) {
      yield row
      row = []
    }
    row.push(item)
  }
  if (row.length === 0) return
  if (fill !== null) requireSize(size)
  yield fill === null ? row : [...row, ...Array<Value>(Math.max(0, size - row.length)).fill(fill)]
}

const slice: Filter = filter('slice', ['slices!', 'fill_with'], (value, { slices, fill_with = null }) => {
  const count = intOf(slices)
  if (count === 0) fail('integer division or modulo by zero')
  requireSize(count)
  const items = [...iterable(value)]
  const [size, extra] = [Math.floor(items.length / count), items.length % count]
  return new Lazy(
    Array.from({ length: Math.max(0, count) }, (_, i) => {
      const start = i * size + Math.min(i, extra)
      const row = items.slice(start, start + size + (i < extra ? 1 : 0))
      return fill_with !== null && i >= extra ? [...row, fill_with] : row
    }),
  )
})

export const sequenceFilters: Readonly<Record<string, Filter>> = {
  attr: filter('attr', ['name!'], (value, { name }) => {
    const asked = textOf(name)
    if (/^__.*__$/.test(asked)) return new Undefined(`access to attribute '${asked}' is unsafe.`)
    const found = attribute(value, asked)
    return found === undefined ? new Undefined(`'${typeName(value)} object' has no attribute '${asked}'`) : found
  }),
  batch,
  count: filter('count', [], (value) => BigInt(lengthOf(value))),
  dictsort,
  first,
  groupby,
  items: filter('items', [], (value) => {
    if (value instanceof Undefined) return new Lazy([])
    return value instanceof Dict ? new Lazy(new DictView(value, 'items').items()) : new Lazy(refuseItems())
  }),
  join,
  last,
  length: filter('length', [], (value) => BigInt(lengthOf(value))),
  list: filter('list', [], (value) => [...iterable(value)]),
  max: extreme('max', (order) => order > 0),
  min: extreme('min', (order) => order < 0),
  reverse,
  slice,
  sort,
  sum,
  unique,
}

/** A generator raises only when it is read. */
// biome-ignore lint/correctness/useYield: it never gets that far
function* refuseItems(): Generator<Value> {
  fail('Can only get item pairs from a mapping.')
}
