import { createRandom } from '../random.ts'

/**
 * Held-out questions whose verdicts may decide which model a run ends with: about half of them. A verdict on that model
 * needs the others: the best of many noisy measurements looks better than it is. A question is in the same half whatever
 * the seed of the run, and whichever other questions are there, unless that would leave a half empty: then the lower half
 * of the draws is taken. Equal questions are in the same half; one question alone, however often, is in the selecting half.
 * @param questions texts
 * @returns [n] whether each is in the selecting half
 */
export function selectingHalf(questions: readonly string[]): boolean[] {
  const draws = new Map([...new Set(questions)].map((text) => [text, createRandom(['selecting-half', text]).uint32()]))
  const halfOf = (below: number): boolean[] => questions.map((text) => draws.get(text)! < below)
  const half = halfOf(2 ** 31)
  if (half.includes(true) && half.includes(false)) return half
  const sorted = [...draws.values()].sort((a, b) => a - b)
  return halfOf(sorted.length < 2 ? Infinity : sorted[sorted.length >> 1]!)
}
