import type { Config } from '../config/schema.ts'
import { countChildren, nextRetired, noYields, seedsInUse, yieldOf } from '../instruct/yields.ts'
import { counted } from '../log/counted.ts'
import type { RewardedGroup } from '../rollout/group.ts'
import type { TrainState } from '../run/train-state.ts'
import type { TrainContext } from './context.ts'

/** Does anything depend on what examples gave? Otherwise no state is kept of it. */
export const countsYields = ({ instruct }: Pick<Config, 'instruct'>): boolean =>
  instruct.source === 'self' && (instruct.choose === 'thompson' || instruct.retireAfter !== null)

/** The examples of the answered questions are credited with them; seeds that give nothing are retired, with a note. */
export function countYields(
  { config, seeds, reporter }: Pick<TrainContext, 'config' | 'seeds' | 'reporter'>,
  state: TrainState,
  groups: readonly RewardedGroup[],
  kept: readonly RewardedGroup[],
): void {
  const { retireAfter, examples: least } = config.instruct
  const inBand = new Set(kept)
  const children = groups.flatMap((group) => {
    const { examples } = group.question
    return examples === undefined ? [] : [{ examples, kept: inBand.has(group) }]
  })
  const yields = countChildren(state.yields ?? noYields, children, [...seeds, ...state.pool.kept])
  const retired = retireAfter === null ? [] : nextRetired(yields, seeds, retireAfter, least)
  state.yields = { ...yields, retired: [...yields.retired, ...retired] }
  if (retired.length === 0) return
  const left = seedsInUse(seeds, state.yields.retired, least).length
  reporter.note(
    `no longer used as ${retired.length === 1 ? 'an example' : 'examples'}, with no answered child inside the difficulty ` +
      `band (instruct.retireAfter = ${retireAfter}): ` +
      `${retired.map((id) => `${id}, of ${yieldOf(yields, id).answered} children`).join('; ')}. ` +
      `${counted(left, 'seed question is', 'seed questions are')} left`,
  )
}
