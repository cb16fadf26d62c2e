import type { TokenBytes } from '../model/token-bytes.ts'
import { tokenTexts } from '../model/token-texts.ts'
import type { TrainSequence } from '../rl/train-batch.ts'
import type { RewardedGroup } from '../rollout/group.ts'

/** A step's batch, and the groups that it was made of. */
export interface TrainedBatch {
  readonly kept: readonly RewardedGroup[] // with every response
  readonly groups: readonly RewardedGroup[] // the same ones, with those responses that are trained on
  readonly sequences: readonly Pick<TrainSequence, 'advantages' | 'mask'>[] // flat over the responses of `groups`
}

/** Lines of trained/step-NNNNNN.jsonl: the tokens of every response trained on, and what each was worth. */
export function trainedLines(step: number, { kept, groups, sequences }: TrainedBatch, bytes: TokenBytes): object[] {
  let at = 0
  return groups.map((group, g) => ({
    step,
    id: group.question.id,
    sampled: group.step,
    responses: group.responses.map((response) => {
      const { advantages, mask } = sequences[at++]!
      return {
        index: kept[g]!.responses.indexOf(response), // in the question's line of rollouts/
        tokens: tokenTexts(response.tokens, bytes),
        advantages: Array.from(advantages, (value, t) => (mask?.[t] === 0 ? null : rounded(value))),
      }
    }),
  }))
}

/** Enough for a colour and for a reader, in a third of the characters. */
const rounded = (value: number): number => Number(value.toPrecision(4))
