import { createRandom } from '../../src/random.ts'

export interface MadeQuestion {
  readonly problem: string
  readonly answer: string
}

/** Short arithmetic, each question once: sums and differences of two digits, products up to 12 times 12. */
export function arithmeticQuestions(count: number, key: string): MadeQuestion[] {
  const random = createRandom(['arithmetic', key])
  const between = (low: number, high: number): number => low + random.below(high - low + 1)
  const made = new Map<string, string>()
  while (made.size < count) {
    const kind = random.below(3)
    if (kind === 0) {
      const [a, b] = [between(10, 99), between(10, 99)]
      made.set(`What is ${a} + ${b}?`, String(a + b))
    } else if (kind === 1) {
      const a = between(20, 99)
      const b = between(10, a)
      made.set(`What is ${a} - ${b}?`, String(a - b))
    } else {
      const [a, b] = [between(2, 12), between(2, 12)]
      made.set(`What is ${a} * ${b}?`, String(a * b))
    }
  }
  return [...made].map(([problem, answer]) => ({ problem, answer }))
}
