import { createRandom } from '../random.ts'

/**
 * Held-out questions whose verdicts may decide which model a run ends with: half of them, by the run's seed. A verdict on
 * that model needs the other half: the best of many noisy measurements looks better than it is.
 * @param n questions
 * @returns [n] whether each is in the selecting half; a single question is
 */
export function selectingHalf(n: number, runSeed: number): boolean[] {
  const chosen = new Set(
    createRandom([runSeed, 'selecting-half']).sample([...Array(n).keys()], Math.max(1, Math.floor(n / 2))),
  )
  return Array.from({ length: n }, (_, i) => chosen.has(i))
}
