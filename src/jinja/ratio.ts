/**
 * numerator / denominator as the nearest float, ties to even: Python's division of ints of any size.
 * @param denominator not 0
 * @returns null where the result is too small or too large for a normal float
 */
export function ratio(numerator: bigint, denominator: bigint): number | null {
  if (numerator === 0n) return denominator < 0n ? -0 : 0
  const negative = numerator < 0n !== denominator < 0n
  const [top, bottom] = [magnitude(numerator), magnitude(denominator)]
  // a quotient of 65 bits or more, whose last bit says whether anything was cut off
  const shift = 66 + bitLength(bottom) - bitLength(top)
  const [above, below] = shift >= 0 ? [top << BigInt(shift), bottom] : [top, bottom << BigInt(-shift)]
  const quotient = (above / below) | (above % below === 0n ? 0n : 1n)
  const size = scaled(Number(quotient), -shift)
  if (size < 2 ** -1022 || !Number.isFinite(size)) return null
  return negative ? -size : size
}

/** base ** exponent, rounded once; Math.pow is off by a bit here and there. @returns as ratio */
export function power(base: number, exponent: number): number | null {
  const [mantissa, twos] = parts(base)
  const raised = mantissa ** BigInt(Math.abs(exponent))
  const shift = BigInt(Math.abs(twos * exponent))
  const grows = twos * Math.sign(exponent) >= 0
  const [top, bottom] = exponent >= 0 ? [raised, 1n] : [1n, raised]
  return grows ? ratio(top << shift, bottom) : ratio(top, bottom << shift)
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value)

const bitLength = (value: bigint): number => value.toString(2).length

/** value * 2 ** twos, in two steps as 2 ** twos alone may overflow. */
const scaled = (value: number, twos: number): number => {
  const half = Math.trunc(twos / 2)
  return value * 2 ** half * 2 ** (twos - half)
}

/** A float as a whole number times a power of two. */
function parts(value: number): [bigint, number] {
  let [whole, twos] = [value, 0]
  while (!Number.isInteger(whole)) {
    whole *= 2
    twos--
  }
  return [BigInt(whole), twos]
}
