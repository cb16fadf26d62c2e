/**
 * P(|T| <= t) of Student's t, by its closed form for whole degrees of freedom (Abramowitz, Stegun 1964, 26.7.3 and
 * 26.7.4).
 * @param angle atan(t / sqrt(degrees)), in [0, pi / 2]
 * @param degrees of freedom, whole, at least 1
 */
function centralProbability(angle: number, degrees: number): number {
  const cosine2 = Math.cos(angle) ** 2
  const isOdd = degrees % 2 === 1
  let term = isOdd ? Math.cos(angle) : 1
  let sum = 0
  for (let i = isOdd ? 1 : 0; i < degrees - 1; i += 2) {
    sum += term
    term *= ((i + 1) / (i + 2)) * cosine2
  }
  const series = Math.sin(angle) * sum
  return isOdd ? (2 / Math.PI) * (angle + series) : series
}

/**
 * The 97.5 % point of Student's t, for a two-sided 95 %, by bisection to the precision of doubles.
 * @param degrees of freedom, whole, at least 1
 */
export function t95(degrees: number): number {
  let [low, high] = [0, Math.PI / 2]
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2
    if (centralProbability(middle, degrees) < 0.95) low = middle
    else high = middle
  }
  return Math.sqrt(degrees) * Math.tan(low)
}
