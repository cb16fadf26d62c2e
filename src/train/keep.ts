import { foldedText } from '../filter/rouge.ts'
import { addToPool } from '../instruct/pool.ts'
import { type DifficultyConfig, difficultyOf, keepInBand } from '../reward/difficulty.ts'
import type { Response, ResponseMask, RewardedGroup } from '../rollout/group.ts'
import type { TrainState } from '../run/train-state.ts'
import type { TrainContext } from './context.ts'
import { countsYields, countYields } from './count-yields.ts'
import type { Tally } from './tally.ts'

// texts answered and not kept; beyond it the oldest may come back
const mostRemembered = 8192

/**
 * The groups inside the difficulty band: neither settled nor hopeless. Their questions join the pool, if the model wrote
 * them; the others are remembered, so that a copy is not answered again. Every group is logged.
 */
export async function keep(
  context: TrainContext,
  state: TrainState,
  groups: readonly RewardedGroup[],
  tally: Tally,
): Promise<RewardedGroup[]> {
  const { config, folder } = context
  const { instruct } = config
  const kept = keepInBand(groups, config)
  if (instruct.source === 'self') remember(state, groups, kept, instruct.poolLimit)
  if (countsYields(config)) countYields(context, state, groups, kept)
  tally.answered.push(...groups)
  tally.kept += kept.length
  tally.unfinished += groups.filter((group) => difficultyOf(group, config) === 'unfinished').length
  await folder.rollouts(
    state.step,
    groups.map((group) => rolloutLine(group, config)),
  )
  return kept
}

/** Own questions join the pool if they were kept; of the others, and of those that leave the pool, the texts stay known. */
function remember(
  state: TrainState,
  groups: readonly RewardedGroup[],
  kept: readonly RewardedGroup[],
  poolLimit: number,
): void {
  const own = groups.filter(({ question }) => question.source === 'self')
  const joining = own.filter((group) => kept.includes(group)).map(({ question }) => question)
  const pool = addToPool(state.pool, joining, poolLimit)
  const inPool = new Set(pool.kept)
  const leaving = [...state.pool.kept, ...joining].filter((question) => !inPool.has(question))
  const others = own.filter((group) => !kept.includes(group)).map(({ question }) => question)
  state.pool = pool
  state.asked = [...state.asked, ...[...others, ...leaving].map(({ text }) => foldedText(text))].slice(-mostRemembered)
}

/** One line of rollouts/step-NNNNNN.jsonl. */
function rolloutLine(group: RewardedGroup, config: DifficultyConfig): object {
  const { question, vote, responses, masks, frozen } = group
  return {
    step: group.step,
    id: question.id,
    text: question.text,
    source: question.source,
    verdict: difficultyOf(group, config),
    rewardMean: vote.rewards.reduce((sum, reward) => sum + reward, 0) / vote.rewards.length,
    majority: vote.majority,
    majorityShare: vote.majorityShare,
    votes: vote.votes,
    classes: vote.classes,
    ...(frozen !== undefined && { frozen }),
    responses: responses.map((response, i) => ({
      text: response.text,
      answer: vote.answers[i],
      reward: vote.rewards[i],
      newTokens: response.tokens.length,
      finishReason: response.finishReason,
      ...(masks === null ? {} : { trainedTokens: trainedTokens(response, masks[i]!) }),
    })),
  }
}

function trainedTokens({ tokens }: Response, mask: ResponseMask): number {
  if (typeof mask === 'boolean') return mask ? tokens.length : 0
  return mask.reduce((sum, bit) => sum + bit, 0)
}
