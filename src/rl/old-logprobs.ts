import type { Config } from '../config/schema.ts'
import type { NativeEngine } from '../native/types.ts'
import type { TokenSequence } from '../rollout/pack.ts'
import { type ScoreParams, scoreSequences } from './logprobs.ts'
import { measureMismatch } from './mismatch.ts'

/** The sequences of a training step. */
export interface OldBatch {
  readonly sequences: readonly TokenSequence[] // [n]
  readonly sampling: readonly Float32Array[] // [n][A] log-probabilities as they were drawn
  readonly fresh: readonly boolean[] // [n] drawn by the policy as it is now
  readonly minibatches: readonly (readonly number[])[] // as the update will take them
}

const probeSequences = 8

/** How log-probabilities are computed for training. */
export const scoreParams = ({ rollout, update }: Config): Omit<ScoreParams, 'weights'> => ({
  temperature: rollout.temperature,
  tokensPerBatch: update.tokensPerMicroBatch,
})

/**
 * Old log-probabilities by the training path, as update.oldLogprobs has it: all of them, none, or, with auto, those of
 * a few sequences, and the others only where these are not sampling's to the last bit. A difference of exactly 0 shows
 * that both take the same sums, which then holds for every sequence: so it is on the CPU in float32. A small one, as in
 * bfloat16, shows nothing of the sequences that were not probed. All are computed in the minibatches that the update
 * will take: some kernels round by the shape of a batch, and so the first optimizer step's ratio is exactly 1. A
 * sequence left over from an earlier step keeps those of its sampling, because the policy that drew it is gone.
 * @returns [n][A]; null: those of sampling count
 */
export async function recomputeOld(
  engine: NativeEngine,
  { sequences, sampling, fresh, minibatches }: OldBatch,
  config: Config,
): Promise<(Float32Array | null)[]> {
  const score = async (batches: readonly (readonly number[])[]): Promise<(Float32Array | null)[]> => {
    const scored: (Float32Array | null)[] = sequences.map(() => null)
    for (const rows of batches) {
      const members = rows.map((i) => sequences[i]!)
      const parts = await scoreSequences(engine, members, { ...scoreParams(config), weights: 'policy' })
      for (const [at, i] of rows.entries()) scored[i] = fresh[i] ? parts[at]! : null
    }
    return scored
  }
  const { oldLogprobs, sequencesPerStep } = config.update
  if (oldLogprobs === 'sampling') return score([])
  if (oldLogprobs === 'auto') {
    const probed = await score([
      Array.from(fresh.keys())
        .filter((i) => fresh[i])
        .slice(0, probeSequences),
    ])
    const gap = measureMismatch(sampling, probed)
    if (gap === null || gap.max === 0) return probed
  }
  return score(minibatches.slice(0, Math.ceil(sequences.length / sequencesPerStep))) // the first epoch
}
