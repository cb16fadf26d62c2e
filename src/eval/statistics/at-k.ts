/**
 * Unbiased estimate of pass@k, the chance that at least one of k samples is right, from n samples of which c are right:
 * 1 - C(n-c, k) / C(n, k) (Chen et al. 2021, arXiv 2107.03374, eq. 1), as a product that never overflows.
 * @param k 1 .. n
 */
export function passAtK(n: number, c: number, k: number): number {
  if (n - c < k) return 1
  let miss = 1
  for (let i = n - c + 1; i <= n; i += 1) miss *= 1 - k / i
  return 1 - miss
}

/** Samples of one question by their answer. */
export interface AnswerClass {
  readonly size: number
  readonly right: boolean
}

/**
 * maj@k, the chance that the most frequent answer among k samples is right: the mean over all subsets of k of the n
 * samples, and over the answers that tie for the first place in a subset. Answerless samples are drawn, but do not vote; a
 * subset in which nothing votes is wrong.
 *
 * Computed without listing subsets: for every size m of the largest class, count the ways to take at most m from each
 * class, by how many classes reach m (t) and how many of those are right (r); each way is worth r / t.
 * @param classes answers that occur; sizes at least 1
 * @param answerless samples without an answer
 * @param k 1 .. n, n = sum of sizes + answerless, at most 512 (counts stay within double precision's range)
 */
export function majorityAtK(classes: readonly AnswerClass[], answerless: number, k: number): number {
  const n = classes.reduce((sum, { size }) => sum + size, answerless)
  const largest = classes.reduce((most, { size }) => Math.max(most, size), 0)
  if (k === n) return rightShare(classes.filter(({ size }) => size === largest)) // the only subset: no counting
  let worth = 0
  for (let m = 1; m <= Math.min(largest, k); m += 1) {
    for (const [{ taken, t, r }, ways] of takeAtMost(classes, m, k)) {
      const rest = k - taken
      if (t > 0 && rest <= answerless) worth += ways * binomial(answerless, rest) * (r / t)
    }
  }
  return worth / binomial(n, k)
}

const rightShare = (tied: readonly AnswerClass[]): number =>
  tied.length === 0 ? 0 : tied.filter(({ right }) => right).length / tied.length

interface Taken {
  readonly taken: number // samples
  readonly t: number // classes with m of them
  readonly r: number // of those, right ones
}

/** Ways to take at most m from each class and k in all. */
function takeAtMost(classes: readonly AnswerClass[], m: number, k: number): [Taken, number][] {
  let states = new Map<string, [Taken, number]>([['0,0,0', [{ taken: 0, t: 0, r: 0 }, 1]]])
  for (const { size, right } of classes) {
    const next = new Map<string, [Taken, number]>()
    for (const [state, ways] of states.values()) {
      for (let take = 0; take <= Math.min(m, size, k - state.taken); take += 1) {
        const isTop = take === m
        const to = {
          taken: state.taken + take,
          t: state.t + Number(isTop),
          r: state.r + Number(isTop && right),
        }
        const key = `${to.taken},${to.t},${to.r}`
        next.set(key, [to, (next.get(key)?.[1] ?? 0) + ways * binomial(size, take)])
      }
    }
    states = next
  }
  return [...states.values()]
}

/** C(n, k); 0 where k is out of range. */
function binomial(n: number, k: number): number {
  if (k < 0 || k > n) return 0
  let product = 1
  for (let i = 1; i <= Math.min(k, n - k); i += 1) product = (product * (n - Math.min(k, n - k) + i)) / i
  return product
}

/** 1, 2, 4, ... below n, and n: the k that are reported of n samples. */
export function reportedKs(n: number): number[] {
  const ks: number[] = []
  for (let k = 1; k < n; k *= 2) ks.push(k)
  return [...ks, n]
}
