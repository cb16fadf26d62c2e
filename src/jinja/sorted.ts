import { compare } from './protocol.ts'
import type { Value } from './value.ts'

/** sorted(items, key), stable. */
export function sorted(items: Iterable<Value>, keyOf: (item: Value) => Value, reverse = false): Value[] {
  const keyed = Array.from(items, (item) => ({ item, key: keyOf(item) }))
  keyed.sort((a, b) => (reverse ? compare(b.key, a.key) : compare(a.key, b.key)))
  return keyed.map(({ item }) => item)
}
