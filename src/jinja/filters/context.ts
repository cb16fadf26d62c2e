import { type Bound, bind } from '../arguments.ts'
import { getItem } from '../attributes.ts'
import { lower } from '../methods/case.ts'
import { type Keywords, SafeText, Undefined, type Value } from '../value.ts'

/** What a filter may use besides its arguments. */
export interface FilterContext {
  filter(name: string, value: Value, args: readonly Value[], keywords: Keywords): Value
  test(name: string, value: Value, args: readonly Value[], keywords: Keywords): boolean
}

export type Filter = (value: Value, args: readonly Value[], keywords: Keywords, context: FilterContext) => Value

/** A filter with named arguments; those ending in "!" must be given. */
export const filter =
  (
    name: string,
    names: readonly string[],
    work: (value: Value, given: Bound, context: FilterContext) => Value,
  ): Filter =>
  (value, args, keywords, context) =>
    work(value, bind(name, names, args, keywords), context)

/** jinja2's make_attrgetter: "a.b.0" is looked up part by part; without an attribute, the item itself. */
export function attributeOf(path: Value | undefined, fallback: Value = null): (item: Value) => Value {
  if (path === undefined || path === null) return (item) => item
  const parts =
    typeof path === 'string' ? path.split('.').map((part) => (/^\d+$/.test(part) ? BigInt(part) : part)) : [path]
  return (item) => {
    let found = item
    for (const part of parts) {
      found = getItem(found, part)
      if (fallback !== null && found instanceof Undefined) found = fallback
    }
    return found
  }
}

/** How sort, unique, min, max and groupby compare by default: texts in lower case. */
export function ignoreCase(value: Value): Value {
  if (typeof value === 'string') return lower(value)
  return value instanceof SafeText ? lower(value.text) : value
}
