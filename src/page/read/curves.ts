import type { RunView } from './run-view.ts'
import type { Curves } from './shapes.ts'

const mostPoints = 2000

/**
 * Curves of some metrics. Of more than 2000 steps, the lowest and the highest value of every stretch, so that no spike is
 * lost.
 */
export function curvesOf({ metrics }: RunView, keys: readonly string[]): Curves {
  const columns = keys.map((key) => metrics.column(key))
  const { steps, generation } = metrics
  const stretch = Math.ceil((2 * steps.length) / mostPoints)
  if (steps.length <= mostPoints) return { generation, steps: [...steps], values: named(keys, columns), thinned: false }
  const places: number[] = []
  for (let from = 0; from < steps.length; from += stretch) {
    places.push(from, Math.min(steps.length, from + stretch) - 1)
  }
  const thin = columns.map((column) => {
    const values: (number | null)[] = []
    for (let from = 0; from < steps.length; from += stretch) values.push(...extremes(column, from, from + stretch))
    return values
  })
  return { generation, steps: places.map((place) => steps[place]!), values: named(keys, thin), thinned: true }
}

function extremes(column: readonly (number | null)[], from: number, to: number): [number | null, number | null] {
  let [low, high]: [number | null, number | null] = [null, null]
  let isRising = true
  for (let i = from; i < to && i < column.length; i++) {
    const value = column[i] ?? null
    if (value === null) continue
    if (low === null || value < low) {
      low = value
      isRising = false
    }
    if (high === null || value > high) {
      high = value
      isRising = true
    }
  }
  return isRising ? [low, high] : [high, low]
}

const named = (keys: readonly string[], columns: readonly (readonly (number | null)[])[]): Curves['values'] =>
  Object.fromEntries(keys.map((key, i) => [key, columns[i]!]))
