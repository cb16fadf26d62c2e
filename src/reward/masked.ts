import type { Config } from '../config/schema.ts'
import { tokenTexts } from '../model/token-texts.ts'
import type { TrainModel } from '../model/train-model.ts'
import type { RewardedGroup } from '../rollout/group.ts'
import { difficultyOf } from './difficulty.ts'
import { groupRequest } from './group-request.ts'
import type { Masker } from './masker.ts'

/** What masks need. */
export interface MaskTools {
  readonly config: Pick<Config, 'difficulty' | 'reward'>
  readonly masker: Masker | null // for reward.mask
  readonly model: Pick<TrainModel, 'engine' | 'tokenizer'>
}

/**
 * A group with the masks of the user's module, which is asked about questions inside the difficulty band: the others are
 * not trained on anyway.
 */
export async function masked({ config, masker, model }: MaskTools, group: RewardedGroup): Promise<RewardedGroup> {
  if (masker === null || difficultyOf(group, config) !== 'kept') return group
  const { vote, responses } = group
  const bytes = model.tokenizer.tokenBytes(model.engine.info.vocabSize)
  const masks = await masker.mask({
    ...groupRequest(group, vote.answers),
    rewards: vote.rewards,
    majority: vote.majority,
    tokens: responses.map(({ tokens }) => tokenTexts(tokens, bytes)),
    ids: responses.map(({ tokens }) => tokens),
  })
  return masks === null ? { ...group, vote: { ...vote, isDropped: true } } : { ...group, masks }
}
