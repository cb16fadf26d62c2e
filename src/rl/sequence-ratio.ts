import { trainedCount } from './token-mask.ts'
import type { TrainSequence } from './train-batch.ts'

export interface SequenceRatios {
  readonly sequences: readonly TrainSequence[] // of which a token-wise loss has the gradient of the sequence-wise one
  readonly clippedTokens: number // of clipped responses
  readonly ratioMax: number
}

/**
 * GSPO (Zheng et al. 2025, arXiv 2507.18071, equations 5 to 7): one ratio per response, s = exp(mean_t (log pi - log
 * pi_old)), clipped as PPO clips a token's. The gradient of -min(s A, clip(s) A) by a token's log-probability is
 * -s A / T unless clipped. A token-wise loss with ratio 1 and the advantage s A has it, with the 1 / T of
 * update.lossMean: sequence. Where the tokens' advantages differ, this is the paper's GSPO-token (equations 13 and 14).
 * Masked tokens are left out of the ratio and of T.
 * The loss that the engine reports lacks that of clipped responses, which is constant.
 * @param current per response: [A] log-probabilities of the present policy
 */
export function bySequenceRatio(
  members: readonly TrainSequence[],
  current: readonly Float32Array[],
  { clipLow, clipHigh }: { readonly clipLow: number; readonly clipHigh: number },
): SequenceRatios {
  let [clippedTokens, ratioMax] = [0, 0]
  const sequences = members.map((member, i): TrainSequence => {
    const ratio = sequenceRatio(current[i]!, member)
    ratioMax = Math.max(ratioMax, ratio)
    const bounded = Math.min(1 + clipHigh, Math.max(1 - clipLow, ratio))
    const isClipped = (advantage: number): boolean => ratio * advantage > bounded * advantage
    clippedTokens += member.advantages.filter(isClipped).length
    const advantages = member.advantages.map((advantage) => (isClipped(advantage) ? 0 : ratio * advantage))
    return { ...member, advantages, oldLogprobs: current[i]! }
  })
  return { sequences, clippedTokens, ratioMax }
}

/** exp of the mean log-ratio over the tokens trained on: the geometric mean of their ratios. */
function sequenceRatio(current: Float32Array, { oldLogprobs, mask }: TrainSequence): number {
  const sum = current.reduce((total, logprob, t) => total + (mask?.[t] === 0 ? 0 : logprob - oldLogprobs[t]!), 0)
  return Math.exp(sum / Math.max(1, trainedCount(mask, current.length)))
}
