// Signs that label-free training is failing, measured on one step's samples.
import type { RewardedGroup } from '../rollout/group.ts'

/** Share of responses that ended by themselves. */
export function eosRate(groups: readonly RewardedGroup[]): number {
  const responses = groups.flatMap((group) => group.responses)
  return responses.filter((response) => response.finishReason === 'stop').length / responses.length
}

// with fewer questions the most common answer is common by chance
const fewestQuestions = 4

/**
 * Share of questions whose majority is the most common one: answers that do not depend on the question (the collapse
 * of SRT, arXiv 2505.21444). Each question counts once.
 * @returns null where fewer than 4 questions have a majority
 */
export function sameAnswerShare(groups: readonly RewardedGroup[]): number | null {
  const byQuestion = new Map(groups.map((group) => [group.question.text, group.vote.majority]))
  const majorities = [...byQuestion.values()].filter((majority) => majority !== null)
  if (majorities.length < fewestQuestions) return null
  const counts = new Map<string, number>()
  for (const majority of majorities) counts.set(majority, (counts.get(majority) ?? 0) + 1)
  return Math.max(...counts.values()) / majorities.length
}

/**
 * distinct-n (Li et al. 2016, arXiv 1510.03055): different runs of n words over all runs, in lower case.
 * @returns null where no text has n words
 */
export function distinctN(texts: readonly string[], n: number): number | null {
  const seen = new Set<string>()
  let total = 0
  for (const text of texts) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    for (let i = 0; i + n <= words.length; i++) {
      seen.add(words.slice(i, i + n).join(' '))
      total += 1
    }
  }
  return total === 0 ? null : seen.size / total
}
