// A language model small enough to differentiate by hand: the logits of the next token are a row of a table plus a
// bias, z = table[previous] + bias. It supports everything a transformer does here, in float64 over float32 weights.
import type { Loss, LossStats, PolicyLoss } from '../../../src/native/types.ts'

export interface Bigram {
  readonly vocabSize: number
  readonly table: Float32Array // [V, V]
  readonly bias: Float32Array // [V]
}

export interface BigramGradient {
  readonly table: Float64Array // [V, V]
  readonly bias: Float64Array // [V]
}

export const emptyGradient = (vocabSize: number): BigramGradient => ({
  table: new Float64Array(vocabSize * vocabSize),
  bias: new Float64Array(vocabSize),
})

/** [V] logits after `previous`, divided by the temperature. */
export function logits(model: Bigram, previous: number, temperature: number): Float64Array {
  const row = model.table.subarray(previous * model.vocabSize, (previous + 1) * model.vocabSize)
  return Float64Array.from(row, (value, j) => (value + model.bias[j]!) / temperature)
}

/** [V] log-probabilities. */
export function logSoftmax(z: Float64Array): Float64Array {
  let max = -Infinity
  for (const value of z) max = Math.max(max, value)
  let sum = 0
  for (const value of z) sum += Math.exp(value - max)
  const normaliser = max + Math.log(sum)
  return z.map((value) => value - normaliser)
}

/** Nats. */
export const entropyOf = (logp: Float64Array): number => -logp.reduce((sum, lp) => sum + Math.exp(lp) * lp, 0)

/** Running sums of a loss over tokens; the gradient goes into `gradient`. */
export function accumulateToken(
  model: Bigram,
  gradient: BigramGradient,
  token: { previous: number; target: number; at: number },
  loss: Loss,
  stats: { -readonly [K in keyof LossStats]: LossStats[K] },
): void {
  const temperature = loss.kind === 'policy' ? loss.temperature : 1
  const logp = logSoftmax(logits(model, token.previous, temperature))
  const logprob = logp[token.target]!
  const weight = (loss.weights?.[token.at] ?? 1) / loss.normalizer
  const value = loss.kind === 'policy' ? policyToken(loss, logprob, token.at, stats) : { loss: -logprob, slope: -1 }
  stats.tokens += 1
  stats.loss += weight * value.loss
  const entropy = entropyOf(logp)
  const bonus = loss.kind === 'policy' ? (loss.entropyCoef ?? 0) : 0
  stats.entropySum += entropy
  stats.loss -= weight * bonus * entropy
  const slope = (weight * value.slope) / temperature
  const tilt = (-weight * bonus) / temperature // d loss / d entropy
  if (slope === 0 && tilt === 0) return
  for (let j = 0; j < model.vocabSize; j++) {
    const p = Math.exp(logp[j]!)
    const g = slope * ((j === token.target ? 1 : 0) - p) - tilt * p * (logp[j]! + entropy)
    gradient.table[token.previous * model.vocabSize + j]! += g
    gradient.bias[j]! += g
  }
}

/** Loss of one token, and its derivative by the token's log-probability. */
function policyToken(
  loss: PolicyLoss,
  logprob: number,
  at: number,
  stats: { clippedTokens: number; klSum: number; ratioMax: number },
): { loss: number; slope: number } {
  const advantage = loss.advantages[at]!
  const ratio = Math.exp(logprob - loss.oldLogprobs[at]!)
  const clipped = Math.min(1 + loss.clipHigh, Math.max(1 - loss.clipLow, ratio))
  const isCispo = loss.surrogate === 'cispo'
  const isClipped = isCispo ? ratio !== clipped : ratio * advantage > clipped * advantage
  stats.ratioMax = Math.max(stats.ratioMax, ratio)
  if (isClipped) stats.clippedTokens += 1
  let value = (isClipped ? -clipped : -ratio) * advantage
  let slope = isClipped ? 0 : -ratio * advantage
  if (isCispo) [value, slope] = [-clipped * advantage * logprob, -clipped * advantage]
  if (loss.referenceLogprobs !== undefined) {
    const d = logprob - loss.referenceLogprobs[at]!
    const kl = { k1: d, k2: 0.5 * d * d, k3: Math.exp(-d) - 1 + d }[loss.klEstimator]
    const klSlope = { k1: 1, k2: d, k3: 1 - Math.exp(-d) }[loss.klEstimator]
    stats.klSum += kl
    const weight = loss.klByRatio ? ratio : 1
    const throughRatio = loss.klByRatio && loss.klEstimator !== 'k2' ? ratio * kl : 0
    value += loss.klCoef * weight * kl
    slope += loss.klCoef * (weight * klSlope + throughRatio)
  }
  return { loss: value, slope }
}

/** A uniform number in [0, 1) for one position of one row: the row repeats whatever runs beside it. */
export function uniform(seed: number, position: number): number {
  let h = (seed ^ Math.imul(position + 1, 0x9e3779b1)) >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad) >>> 0
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97) >>> 0
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32
}

/** Inverse-CDF draw from exp(logp), cut to the smallest set of most likely tokens that holds `topP`. */
export function draw(logp: Float64Array, topP: number, u: number): number {
  const order = Array.from(logp.keys()).sort((a, b) => logp[b]! - logp[a]! || a - b)
  const allowed = new Set<number>()
  let mass = 0
  for (const token of order) {
    allowed.add(token)
    mass += Math.exp(logp[token]!)
    if (topP < 1 && mass >= topP) break
  }
  let running = 0
  for (let token = 0; token < logp.length; token++) {
    if (!allowed.has(token)) continue
    running += Math.exp(logp[token]!)
    if (running > u * mass) return token
  }
  return order[0]!
}
