import { InvalidArgumentError } from 'commander'

/** Makes a parser of numbers in [low, high]. */
export const number =
  (low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY) =>
  (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!Number.isFinite(value) || value < low || value > high)
      throw new InvalidArgumentError(`Expected a number${range(low, high)}.`)
    return value
  }

/** Makes a parser of whole numbers in [low, high]. */
export const integer =
  (low: number, high = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!Number.isSafeInteger(value) || value < low || value > high) {
      throw new InvalidArgumentError(`Expected a whole number${range(low, high)}.`)
    }
    return value
  }

function range(low: number, high: number): string {
  if (low === Number.NEGATIVE_INFINITY) return ''
  if (high === Number.POSITIVE_INFINITY || high === Number.MAX_SAFE_INTEGER) return ` of at least ${low}`
  return low === Number.MIN_VALUE ? ` above 0, at most ${high}` : ` from ${low} to ${high}`
}

/** Adds the value of an option that may be repeated to the earlier ones. */
export const collect = (value: string, earlier: readonly string[]): string[] => [...earlier, value]
