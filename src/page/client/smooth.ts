/**
 * Exponential moving average without the pull of its start (Kingma and Ba 2015, section 3): each value counts `weight` times
 * as much as the next one. Gaps stay gaps.
 * @param weight 0 (as it is) to below 1
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight === 0) return [...values]
  let sum = 0
  let total = 0
  return values.map((value) => {
    if (value === null) return null
    sum = weight * sum + (1 - weight) * value
    total = weight * total + (1 - weight)
    return sum / total
  })
}
