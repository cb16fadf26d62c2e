import { SerlError } from '../../src/errors.ts'
import type { Loss, OptimizerParams, SamplingParams, SequenceBatch, TokenBatch } from '../../src/native/types.ts'

function require(condition: boolean, message: string): void {
  if (!condition) throw new SerlError('ARGUMENT', message)
}

export function checkTokens(batch: TokenBatch, vocabSize: number): void {
  const { tokens, offsets } = batch
  require(offsets[0] === 0 && offsets.at(-1) === tokens.length, 'offsets must run from 0 to tokens.length')
  for (let i = 1; i < offsets.length; i++) require(offsets[i]! > offsets[i - 1]!, `sequence ${i - 1} is empty`)
  for (const token of tokens) require(token >= 0 && token < vocabSize, `token ${token} is outside the vocabulary`)
}

export function checkSampling(prompts: TokenBatch, sampling: SamplingParams): void {
  const rows = (prompts.offsets.length - 1) * sampling.samplesPerPrompt
  require(sampling.samplesPerPrompt >= 1, 'samplesPerPrompt must be at least 1')
  require(sampling.maxNewTokens >= 1, 'maxNewTokens must be at least 1')
  require(sampling.seeds.length === rows, `${sampling.seeds.length} seeds for ${rows} rows`)
  require(sampling.temperature >= 0, 'temperature must not be negative')
  require(sampling.topP > 0 && sampling.topP <= 1, 'topP must be in (0, 1]')
}

/** @returns A, the number of action tokens. */
export function checkSequences(batch: SequenceBatch, vocabSize: number): number {
  checkTokens(batch, vocabSize)
  const n = batch.offsets.length - 1
  require(batch.promptLengths.length === n, `${batch.promptLengths.length} prompt lengths for ${n} sequences`)
  let actions = batch.tokens.length
  for (let i = 0; i < n; i++) {
    const length = batch.offsets[i + 1]! - batch.offsets[i]!
    const prompt = batch.promptLengths[i]!
    require(prompt >= 1 && prompt <= length, `prompt length ${prompt} of a sequence of ${length}`)
    actions -= prompt
  }
  return actions
}

export function checkLoss(loss: Loss, actions: number): void {
  const sized = (name: string, values: Float32Array | undefined): void =>
    require(values === undefined || values.length === actions, `${name} has ${values?.length} values for ${actions}`)
  require(loss.normalizer > 0 && Number.isFinite(loss.normalizer), 'normalizer must be above 0')
  sized('weights', loss.weights)
  if (loss.kind !== 'policy') return
  sized('advantages', loss.advantages)
  sized('oldLogprobs', loss.oldLogprobs)
  sized('referenceLogprobs', loss.referenceLogprobs)
  require(loss.temperature > 0, 'temperature must be above 0')
  require(['k1', 'k2', 'k3'].includes(loss.klEstimator), `there is no estimator ${loss.klEstimator}`)
  for (const value of [loss.clipLow, loss.clipHigh, loss.klCoef]) {
    require(value >= 0 && Number.isFinite(value), 'clipLow, clipHigh and klCoef must not be negative')
  }
  require(loss.klCoef === 0 || loss.referenceLogprobs !== undefined, 'klCoef needs referenceLogprobs')
}

export function checkOptimizer({ step, lr, beta1, beta2, eps, weightDecay, maxGradNorm }: OptimizerParams): void {
  require(Number.isInteger(step) && step >= 1, 'step must be 1 or more')
  for (const value of [lr, weightDecay, maxGradNorm]) {
    require(value >= 0 && Number.isFinite(value), 'lr, weightDecay and maxGradNorm must not be negative')
  }
  for (const beta of [beta1, beta2]) require(beta >= 0 && beta < 1, 'betas must be in [0, 1)')
  require(eps > 0 && Number.isFinite(eps), 'eps must be above 0')
}
