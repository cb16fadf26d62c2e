import type {
  Loss,
  LossStats,
  OptimizerParams,
  SequenceBatch,
  StepStats,
  TokenScores,
} from '../../../src/native/types.ts'
import { accumulateToken, type Bigram, emptyGradient, entropyOf, logits, logSoftmax } from './bigram.ts'
import { type BigramState, parts, referenceOf, tensorNames } from './state.ts'

/** Calls `visit` for every action token: the token before it, itself, its index among the actions. */
function forEachAction(batch: SequenceBatch, visit: (previous: number, target: number, at: number) => void): void {
  let at = 0
  for (let i = 0; i + 1 < batch.offsets.length; i++) {
    for (let t = batch.offsets[i]! + batch.promptLengths[i]!; t < batch.offsets[i + 1]!; t++) {
      visit(batch.tokens[t - 1]!, batch.tokens[t]!, at++)
    }
  }
}

export function scores(model: Bigram, batch: SequenceBatch, temperature: number): TokenScores {
  const [logprobs, entropies]: number[][] = [[], []]
  forEachAction(batch, (previous, target) => {
    const logp = logSoftmax(logits(model, previous, temperature))
    logprobs!.push(logp[target]!)
    entropies!.push(entropyOf(logp))
  })
  return { logprobs: Float32Array.from(logprobs!), entropies: Float32Array.from(entropies!) }
}

export function accumulate({ policy, gradient }: BigramState, batch: SequenceBatch, loss: Loss): LossStats {
  const stats = { tokens: 0, loss: 0, klSum: 0, clippedTokens: 0, entropySum: 0, ratioMax: 0 }
  forEachAction(batch, (previous, target, at) => {
    accumulateToken(policy, gradient, { previous, target, at }, loss, stats)
  })
  return stats
}

/** Of each tensor's accumulated gradient. */
export const gradientNorms = ({ gradient }: BigramState): Float64Array =>
  Float64Array.from(parts, (part) => norm([gradient[part]]))

const norm = (gradients: readonly Float64Array[]): number =>
  Math.sqrt(gradients.reduce((sum, part) => part.reduce((s, g) => s + g * g, sum), 0))

/** AdamW (Loshchilov and Hutter 2019), decoupled decay, clipping by the global norm. */
export function adamStep(state: BigramState, optimizer: OptimizerParams): StepStats {
  const { gradient } = state
  state.gradient = emptyGradient(state.policy.vocabSize)
  const gradNorm = norm(parts.map((part) => gradient[part]))
  const bad = parts.findIndex((part) => !gradient[part].every(Number.isFinite))
  if (bad >= 0) return { gradNorm, nonFinite: tensorNames[bad]! }
  const { maxGradNorm, beta1, beta2, lr } = optimizer
  const scale = maxGradNorm > 0 ? Math.min(1, maxGradNorm / (gradNorm + 1e-6)) : 1
  const correction1 = 1 - beta1 ** optimizer.step
  const correction2 = Math.sqrt(1 - beta2 ** optimizer.step)
  for (const part of parts) {
    const [weights, m, v] = [state.policy[part], state.expAvg[part], state.expAvgSq[part]]
    for (let i = 0; i < weights.length; i++) {
      const g = gradient[part][i]! * scale
      m[i] = beta1 * m[i]! + (1 - beta1) * g
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g
      const decayed = weights[i]! * (1 - lr * optimizer.weightDecay)
      weights[i] = decayed - (lr / correction1) * (m[i]! / (Math.sqrt(v[i]!) / correction2 + optimizer.eps))
    }
  }
  return { gradNorm, nonFinite: null }
}

export function syncReference(state: BigramState): void {
  const reference = referenceOf(state)
  for (const part of parts) reference[part].set(state.policy[part])
}
