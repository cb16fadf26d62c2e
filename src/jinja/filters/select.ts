// map, select, reject, selectattr, rejectattr: generators that apply a filter or a test to every item.
import { textOf } from '../arguments.ts'
import { refuse, spend } from '../budget.ts'
import { fail, iterable, truthy } from '../protocol.ts'
import { type Keywords, Lazy, type Value } from '../value.ts'
import { attributeOf, type Filter, type FilterContext } from './context.ts'

const map: Filter = (value, args, keywords, context) => new Lazy(mapped(value, args, keywords, context))

function* mapped(value: Value, args: readonly Value[], keywords: Keywords, context: FilterContext): Generator<Value> {
  if (!truthy(value)) return
  const work = mapping(args, keywords, context)
  for (const item of iterable(value)) yield work(item)
}

function mapping(args: readonly Value[], keywords: Keywords, context: FilterContext): (item: Value) => Value {
  if (args.length === 0 && keywords.has('attribute')) {
    const unknown = [...keywords.keys()].find((key) => key !== 'attribute' && key !== 'default')
    if (unknown !== undefined) fail(`Unexpected keyword argument '${unknown}'`)
    return attributeOf(keywords.get('attribute'), keywords.get('default') ?? null)
  }
  if (args.length === 0) fail('map requires a filter argument')
  const [name, ...rest] = args
  return (item) => context.filter(textOf(name), item, rest, keywords)
}

const selecting =
  (wanted: boolean, byAttribute: boolean): Filter =>
  (value, args, keywords, context) =>
    new Lazy(selected(value, { args, keywords, context, wanted, byAttribute }))

interface Selection {
  readonly args: readonly Value[]
  readonly keywords: Keywords
  readonly context: FilterContext
  readonly wanted: boolean
  readonly byAttribute: boolean
}

function* selected(value: Value, { args, keywords, context, wanted, byAttribute }: Selection): Generator<Value> {
  if (!truthy(value)) return
  if (byAttribute && args.length === 0) fail('Missing parameter for attribute name')
  const get = byAttribute ? attributeOf(args[0]) : (item: Value) => item
  const [name, ...rest] = byAttribute ? args.slice(1) : args
  for (const item of iterable(value)) {
    spend()
    const found = get(item)
    const passes = name === undefined ? truthy(found) : context.test(textOf(name), found, rest, keywords)
    if (passes === wanted) yield item
  }
}

export const selectFilters: Readonly<Record<string, Filter>> = {
  map,
  select: selecting(true, false),
  reject: selecting(false, false),
  selectattr: selecting(true, true),
  rejectattr: selecting(false, true),
}

/** Those of jinja2 that no chat template needs. */
const refused = [
  'filesizeformat',
  'forceescape',
  'pprint',
  'random',
  'striptags',
  'urlencode',
  'urlize',
  'wordwrap',
  'xmlattr',
]

export const refusedFilters: Readonly<Record<string, Filter>> = Object.fromEntries(
  refused.map((name): [string, Filter] => [name, () => refuse(`the filter "${name}"`)]),
)
