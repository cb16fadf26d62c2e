import type { Config } from '../config/schema.ts'
import type { Random } from '../random.ts'
import type { RewardedGroup } from '../rollout/group.ts'

/** Responses sampled per question: those that vote. */
export const sampledPerPrompt = ({ reward, rollout }: Pick<Config, 'reward' | 'rollout'>): number =>
  reward.votes ?? rollout.samplesPerPrompt

/**
 * The responses of a group that are trained on, where more have voted (TTRL, arXiv 2504.16084: 64 vote, 32 are trained
 * on): at random, or those whose rewards vary most, which are some of the highest and some of the lowest (PODS, arXiv
 * 2504.13818, theorem 1). Equal rewards are chosen among at random. In their order.
 * @param count at most this many
 */
export function chooseTrained(
  group: RewardedGroup,
  count: number,
  how: Config['reward']['choose'],
  random: Random,
): RewardedGroup {
  const n = group.responses.length
  if (n <= count) return group
  const shuffled = random.shuffle([...Array(n).keys()])
  const chosen = how === 'random' ? shuffled.slice(0, count) : mostVaried(group.vote.rewards, shuffled, count)
  return pickRows(
    group,
    chosen.sort((a, b) => a - b),
  )
}

/** A group of these responses only; shares and counts of the vote stay those of all. */
export function pickRows(group: RewardedGroup, rows: readonly number[]): RewardedGroup {
  const { vote, responses, right, masks } = group
  return {
    ...group,
    responses: rows.map((i) => responses[i]!),
    masks: masks && rows.map((i) => masks[i]!),
    right: right && Float32Array.from(rows, (i) => right[i]!),
    vote: {
      ...vote,
      rewards: Float32Array.from(rows, (i) => vote.rewards[i]!),
      answers: rows.map((i) => vote.answers[i]!),
    },
  }
}

/** @param rows in the order in which equal rewards are preferred */
function mostVaried(rewards: Float32Array, rows: readonly number[], count: number): number[] {
  const ascending = [...rows].sort((a, b) => rewards[a]! - rewards[b]!) // stable
  let [best, most] = [0, -1]
  for (let low = 0; low <= count; low++) {
    const spread = variance(ends(ascending, low, count).map((row) => rewards[row]!))
    if (spread > most + 1e-9) [best, most] = [low, spread]
  }
  return ends(ascending, best, count)
}

const ends = (ascending: readonly number[], low: number, count: number): number[] => [
  ...ascending.slice(0, low),
  ...ascending.slice(ascending.length - (count - low)),
]

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
}
