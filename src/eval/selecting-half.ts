import { createRandom } from '../random.ts'

/**
 * Held-out questions whose verdicts may decide which model a run ends with: about half of them. A verdict on that model
 * needs the others: the best of many noisy measurements looks better than it is. A question is in the same half whatever
 * the seed of the run, and whichever other questions are there, unless that would leave a half empty.
 * @param questions texts
 * @returns [n] whether each is in the selecting half; a single question is
 */
export function selectingHalf(questions: readonly string[]): boolean[] {
  const draws = questions.map((text) => createRandom(['selecting-half', text]).uint32())
  const half = draws.map((draw) => draw < 2 ** 31)
  if (half.includes(true) && (half.includes(false) || questions.length === 1)) return half
  const middle = [...draws].sort((a, b) => a - b)[questions.length >> 1]!
  return questions.length === 1 ? [true] : draws.map((draw) => draw < middle)
}
