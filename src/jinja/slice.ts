import { fail, isNumber, numeric } from './protocol.ts'
import { typeName, type Value } from './value.ts'

/** Python's slice.indices: which items of a sequence a slice takes. */
export function sliceIndices(parts: readonly Value[], length: number): number[] {
  const [start = null, stop = null, step = null] = parts
  const by = bound(step) ?? 1
  if (by === 0) fail('slice step cannot be zero')
  const [low, high] = by > 0 ? [0, length] : [-1, length - 1]
  const clip = (value: number | null, open: number): number => {
    if (value === null) return open
    return value < 0 ? Math.max(value + length, low) : Math.min(value, high)
  }
  const from = clip(bound(start), by > 0 ? low : high)
  const to = clip(bound(stop), by > 0 ? high : low)
  const indices: number[] = []
  for (let i = from; by > 0 ? i < to : i > to; i += by) indices.push(i)
  return indices
}

function bound(value: Value): number | null {
  if (value === null) return null
  if (!isNumber(value) || typeof value === 'number') {
    return fail(`slice indices must be integers or None, not ${typeName(value)}`)
  }
  return Number(numeric(value))
}
