// Truth, length, iteration, equality and order of values, as Python has them.
import { refuse, spend, TemplateError } from './budget.ts'
import {
  Dict,
  DictView,
  hashOf,
  isLoop,
  Lazy,
  points,
  Range,
  SafeText,
  Tuple,
  textLength,
  typeName,
  Undefined,
  type Value,
} from './value.ts'

/** bool(value) */
export function truthy(value: Value): boolean {
  if (value === null || value instanceof Undefined) return false
  if (typeof value === 'boolean') return value
  if (typeof value === 'bigint') return value !== 0n
  if (typeof value === 'number') return value !== 0
  const size = sizeOf(value)
  return size === undefined || size > 0
}

/** len(value), undefined where it has none */
export function sizeOf(value: Value): number | undefined {
  if (typeof value === 'string') return textLength(value)
  if (value instanceof SafeText) return textLength(value.text)
  if (Array.isArray(value)) return value.length
  if (value instanceof Tuple) return value.items.length
  if (value instanceof Dict) return value.size
  if (value instanceof DictView) return value.dict.size
  if (value instanceof Range) return value.length
  if (value instanceof Undefined) return 0
  if (isLoop(value as Value)) return Number((value as { attribute(name: string): Value }).attribute('length'))
  return undefined
}

/** @throws TemplateError where it has no length */
export function lengthOf(value: Value): number {
  return sizeOf(value) ?? fail(`object of type '${typeName(value)}' has no len()`)
}

/** iter(value), undefined where it is not iterable */
export function iterate(value: Value): Iterable<Value> | undefined {
  if (typeof value === 'string') return points(value)
  if (value instanceof SafeText) return points(value.text)
  if (Array.isArray(value)) return value
  if (value instanceof Tuple) return value.items
  if (value instanceof Dict) return value.entries().map(([key]) => key)
  if (value instanceof DictView || value instanceof Range) return value.items()
  if (value instanceof Lazy) return { [Symbol.iterator]: () => value.iterator }
  if (value instanceof Undefined) return []
  if (typeof value === 'object' && value !== null && isLoop(value)) return refuse('iterating over the variable loop')
  return undefined
}

/** @throws TemplateError where it is not iterable */
export const iterable = (value: Value): Iterable<Value> =>
  iterate(value) ?? fail(`'${typeName(value)}' object is not iterable`)

export const isNumber = (value: Value): value is boolean | bigint | number =>
  typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean'

/** A bool as the int that it is. */
export const numeric = (value: boolean | bigint | number): bigint | number =>
  typeof value === 'boolean' ? (value ? 1n : 0n) : value

/** An int and a float are the same where their values are; a nan is not. */
const sameNumber = (left: bigint | number, right: bigint | number): boolean => left <= right && left >= right

const plainText = (value: Value): Value => (value instanceof SafeText ? value.text : value)

/** left == right */
export function equal(left: Value, right: Value): boolean {
  spend()
  if (isNumber(left) && isNumber(right)) return sameNumber(numeric(left), numeric(right))
  if (Array.isArray(left) && Array.isArray(right)) return sameItems(left, right)
  if (left instanceof Tuple && right instanceof Tuple) return sameItems(left.items, right.items)
  if (left instanceof Dict && right instanceof Dict) return sameEntries(left, right)
  if (left instanceof Range && right instanceof Range) return sameItems(left.items(), right.items())
  if (left instanceof DictView && right instanceof DictView && left !== right) return refuse('comparing views of dicts')
  if (left instanceof Undefined) return right instanceof Undefined
  return plainText(left) === plainText(right)
}

const sameItems = (left: readonly Value[], right: readonly Value[]): boolean =>
  left.length === right.length && left.every((item, i) => same(item, right[i]!))

const sameEntries = (left: Dict, right: Dict): boolean =>
  left.size === right.size &&
  left.entries().every(([key, value]) => {
    const other = right.get(key)
    return other !== undefined && same(value, other)
  })

/** Members are compared by identity first: a nan is in its own list. */
const same = (left: Value, right: Value): boolean => left === right || equal(left, right)

/** Negative, 0, positive; NaN for a nan. @throws TemplateError where Python has no order */
export function compare(left: Value, right: Value, operator = '<'): number {
  spend()
  if (left instanceof Undefined) left.fail()
  if (right instanceof Undefined) right.fail()
  if (isNumber(left) && isNumber(right)) {
    const [a, b] = [numeric(left), numeric(right)]
    return a < b ? -1 : a > b ? 1 : sameNumber(a, b) ? 0 : Number.NaN
  }
  const [a, b] = [plainText(left), plainText(right)]
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  if (Array.isArray(left) && Array.isArray(right)) return compareItems(left, right, operator)
  if (left instanceof Tuple && right instanceof Tuple) return compareItems(left.items, right.items, operator)
  if (left instanceof DictView && right instanceof DictView) return refuse('comparing views of dicts')
  return fail(`'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`)
}

/** By code points: JavaScript's own order is by UTF-16 units. */
function compareTexts(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  spend(length)
  let i = 0
  while (i < length && left.charCodeAt(i) === right.charCodeAt(i)) i++
  if (i === length) return left.length - right.length
  const [a, b] = [left.charCodeAt(i), right.charCodeAt(i)]
  const surrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff
  if (surrogate(a) !== surrogate(b)) return surrogate(a) ? 1 : -1
  return a - b
}

function compareItems(left: readonly Value[], right: readonly Value[], operator: string): number {
  const i = left.findIndex((item, at) => at >= right.length || !same(item, right[at]!))
  if (i < 0 || i >= right.length) return left.length - right.length
  return compare(left[i]!, right[i]!, operator)
}

/** item in container */
export function contains(container: Value, item: Value): boolean {
  const whole = plainText(container)
  spend(typeof whole === 'string' ? whole.length : 0)
  if (typeof whole === 'string') {
    const part = plainText(item)
    if (typeof part === 'string') return whole.includes(part)
    if (part instanceof Undefined) return fail(`'in <string>' requires string as left operand, not Undefined`)
    return fail(`'in <string>' requires string as left operand, not ${typeName(item)}`)
  }
  if (container instanceof Dict) return container.get(item) !== undefined
  if (container instanceof DictView && container.kind === 'keys') return container.dict.get(item) !== undefined
  const items = iterate(container) ?? fail(`argument of type '${typeName(container)}' is not iterable`)
  for (const found of items) if (same(found, item)) return true
  return false
}

/** Python's `is`, where it does not depend on what CPython caches. */
export function identical(left: Value, right: Value): boolean {
  const single = (value: Value) => value === null || typeof value === 'boolean'
  if (single(left) || single(right)) return left === right
  if (typeof left === 'object' && typeof right === 'object') return left === right
  if (typeName(left) !== typeName(right)) return false
  return refuse('"is sameas" between numbers or texts')
}

/** Values without those that compare equal to an earlier one. */
export function* distinct(items: Iterable<Value>, keyOf: (item: Value) => Value): Generator<Value> {
  const seen = new Set<unknown>()
  for (const item of items) {
    const key = hashOf(keyOf(item))
    if (seen.has(key)) continue
    seen.add(key)
    yield item
  }
}

export function fail(message: string): never {
  throw new TemplateError(message)
}
