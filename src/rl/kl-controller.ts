export interface KlTarget {
  readonly target: number | null // nats per token; null = the coefficient is fixed
  readonly horizon: number // responses
}

// the largest relative error that acts in one update
const errorClip = 0.2

/**
 * The KL coefficient after an update: Ziegler et al. 2019 (arXiv 1909.08593), section 2.2: a proportional controller in
 * log space, coef * (1 + clip(observed / target - 1, -0.2, 0.2) * responses / horizon).
 * @param observed mean KL of the update's batch, nats per token
 * @param responses the update was made on
 */
export function nextKlCoef(coef: number, observed: number, responses: number, { target, horizon }: KlTarget): number {
  if (target === null) return coef
  const error = Math.min(errorClip, Math.max(-errorClip, observed / target - 1))
  return coef * (1 + (error * responses) / horizon)
}
