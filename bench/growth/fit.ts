/** One size of a series, and the time of a call. */
export interface Point {
  readonly size: number
  readonly seconds: number
  readonly attentionSeconds: number // of these
}

/**
 * The exponent of a power law: the slope of log(value) over log(size) by least squares.
 * @returns NaN for fewer than two points
 */
export function exponent(points: readonly { readonly size: number; readonly value: number }[]): number {
  const logs = points
    .filter(({ value }) => value > 0)
    .map(({ size, value }) => [Math.log(size), Math.log(value)] as const)
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length
  const xy = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const xx = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return logs.length < 2 ? Number.NaN : xy / xx
}

/** The larger half of a series, at least three points: small calls are mostly overhead. */
export const upperHalf = (points: readonly Point[]): readonly Point[] =>
  points.slice(-Math.max(3, Math.ceil(points.length / 2)))
