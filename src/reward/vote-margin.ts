import type { Vote } from '../rollout/group.ts'

/** Votes by which the majority answer leads the next one; 0: a tie, or nothing voted. */
export const marginOf = ({ votes: [top, runnerUp] }: Pick<Vote, 'votes'>): number => top - runnerUp

/**
 * The probability that the policy gives the majority answer more often than the next one: the posterior
 * P(p > 1/2) of its share p of the two's votes under a uniform prior, which is Beta(top + 1, runnerUp + 1), and equals
 * P(X <= top) for X ~ Binomial(top + runnerUp + 1, 1/2). 0.5 at a tie. It says how settled the vote is, not how right.
 */
export function modeProbability({ votes: [top, runnerUp] }: Pick<Vote, 'votes'>): number {
  const n = top + runnerUp + 1
  let logTerm = -n * Math.LN2 // log C(n, i) - n log 2
  let sum = Math.exp(logTerm)
  for (let i = 1; i <= top; i += 1) {
    logTerm += Math.log((n - i + 1) / i)
    sum += Math.exp(logTerm)
  }
  return Math.min(1, sum)
}
