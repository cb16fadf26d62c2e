export const share = (value: number): string => `${(100 * value).toFixed(1)} %`

/** Four significant digits, without an exponent where it reads well. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return 'not measured'
  const size = Math.abs(value)
  if (value === 0 || (size >= 0.001 && size < 1e6)) return String(Number(value.toPrecision(4)))
  return value.toExponential(2)
}

export function seconds(value: number): string {
  if (value < 1) return `${(1000 * value).toFixed(0)} ms`
  if (value < 120) return `${value.toFixed(1)} s`
  return value < 7200 ? `${(value / 60).toFixed(1)} min` : `${(value / 3600).toFixed(1)} h`
}
