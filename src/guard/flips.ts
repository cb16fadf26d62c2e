import type { RewardedGroup } from '../rollout/group.ts'
import type { GuardMemory } from './guard-state.ts'

type Majorities = GuardMemory['majorities']

// questions remembered; beyond it the oldest are forgotten
const limit = 8192

/**
 * Share of repeated questions whose majority has changed. High: the vote is unsettled; falling to 0: it has
 * locked in, right or wrong (TTRL-Guard, arXiv 2605.19444).
 * @param equal whether two different texts are the same answer
 * @returns rate: null if no question was repeated; majorities: with those of these groups
 */
export async function flipRate(
  groups: readonly RewardedGroup[],
  earlier: Majorities,
  equal: (a: string, b: string) => Promise<boolean>,
): Promise<{ rate: number | null; majorities: Majorities }> {
  const known = new Map(earlier)
  let [met, flipped] = [0, 0]
  for (const { question, vote } of groups) {
    const before = known.get(question.text)
    if (before !== undefined) {
      met += 1
      const now = vote.majority
      const same = before === now || (before !== null && now !== null && (await equal(before, now)))
      flipped += Number(!same)
    }
    known.delete(question.text) // to the end
    known.set(question.text, vote.majority)
  }
  return { rate: met === 0 ? null : flipped / met, majorities: [...known].slice(-limit) }
}
