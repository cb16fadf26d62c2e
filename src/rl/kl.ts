// Estimators of KL(policy || reference) from samples of the policy, one value per token.
// Subtracted from rewards in advantage.ts, or added to the loss in native/core/token_loss.cpp.
// John Schulman, "Approximating KL Divergence" (2020), with d = log policy - log reference.

const estimators = {
  k1: (d) => d, // unbiased, high variance, may be negative
  k2: (d) => 0.5 * d * d, // biased, low variance
  k3: (d) => Math.exp(-d) - 1 + d, // unbiased, never negative
} satisfies Record<string, (d: number) => number>

export type KlEstimator = keyof typeof estimators
export const klEstimatorNames = Object.keys(estimators) as KlEstimator[]

/**
 * Per-token KL of the policy to the reference.
 * @param policy [A] log-probabilities of the sampled tokens, nats
 * @param reference [A] of the same tokens under the reference
 * @returns [A] nats
 */
export function tokenKl(policy: Float32Array, reference: Float32Array, estimator: KlEstimator): Float32Array {
  if (policy.length !== reference.length) {
    throw new RangeError(`policy has ${policy.length} log-probabilities, reference ${reference.length}`)
  }
  const estimate = estimators[estimator]
  return policy.map((logprob, t) => estimate(logprob - reference[t]!))
}
