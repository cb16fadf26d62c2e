export type LossMean = 'token' | 'sequence' | 'constant'

/** How the token losses of one optimizer step become one number: sum(weight * loss) / normalizer. */
export interface LossWeights {
  /** Weight of each token of a sequence with this many. */
  readonly weight: (tokens: number) => number
  readonly normalizer: number
}

/**
 * Only tokens that are trained on count: those that are masked are no tokens here.
 * token: every token counts the same (DAPO, arXiv 2503.14476, eq. 8; OpenRLHF's token-level loss). sequence: every
 * response counts the same, by the mean over its own tokens (GRPO, arXiv 2402.03300, eq. 3). constant: the sum over
 * responses * maxNewTokens, so that neither length nor luck changes a token's weight (Dr. GRPO, arXiv 2503.20783).
 * @param lengths tokens trained on, of each sequence of the optimizer step; at least one each
 */
export function lossWeights(mean: LossMean, lengths: readonly number[], maxNewTokens: number): LossWeights {
  return means[mean](lengths, maxNewTokens)
}

const means: Record<LossMean, (lengths: readonly number[], maxNewTokens: number) => LossWeights> = {
  token: (lengths) => ({ weight: () => 1, normalizer: lengths.reduce((sum, length) => sum + length, 0) }),
  sequence: (lengths) => ({ weight: (length) => 1 / length, normalizer: lengths.length }),
  constant: (lengths, maxNewTokens) => ({ weight: () => 1, normalizer: lengths.length * maxNewTokens }),
}
