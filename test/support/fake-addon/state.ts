import type { MemoryStats, NativeErrorCode } from '../../../src/native/types.ts'
import { type Bigram, type BigramGradient, emptyGradient } from './bigram.ts'

export const tensorNames = ['bigram.table', 'bigram.bias'] as const
export const parts = ['table', 'bias'] as const // in the order of tensorNames

/** All that an open engine holds. */
export interface BigramState {
  readonly policy: Bigram
  readonly reference: Bigram | null
  readonly expAvg: Bigram
  readonly expAvgSq: Bigram
  gradient: BigramGradient
}

export interface BigramWeights {
  readonly table: Float32Array // [V, V] copied
  readonly bias?: Float32Array // [V] copied; default zeros
}

export function newState({ table, bias }: BigramWeights, vocabSize: number, reference: boolean): BigramState {
  const zeros = (): Bigram => ({
    vocabSize,
    table: new Float32Array(vocabSize ** 2),
    bias: new Float32Array(vocabSize),
  })
  const weights = (): Bigram => ({ ...zeros(), table: table.slice(), ...(bias && { bias: bias.slice() }) })
  return {
    policy: weights(),
    reference: reference ? weights() : null,
    expAvg: zeros(),
    expAvgSq: zeros(),
    gradient: emptyGradient(vocabSize),
  }
}

/** An error as native code makes it. */
export const failure = (code: NativeErrorCode, message: string): Error => Object.assign(new Error(message), { code })

/** @throws with code ARGUMENT where the engine was opened without one */
export function referenceOf({ reference }: BigramState): Bigram {
  if (reference === null) throw failure('ARGUMENT', 'the engine was opened without a reference')
  return reference
}

/** The array behind a tensor's name: NAME, reference/NAME, exp_avg/NAME or exp_avg_sq/NAME. */
export function tensor(state: BigramState, name: string): Float32Array {
  const slash = name.indexOf('/')
  const prefix = slash < 0 ? '' : name.slice(0, slash)
  const { policy, reference, expAvg: exp_avg, expAvgSq: exp_avg_sq } = state
  const model = { '': policy, reference, exp_avg, exp_avg_sq }[prefix]
  const part = parts[tensorNames.findIndex((known) => known === name.slice(slash + 1))]
  if (!model || part === undefined) throw failure('ARGUMENT', `there is no tensor ${name}`)
  return model[part]
}

export function memoryOf({ policy, reference }: BigramState): MemoryStats {
  const bytes = 4 * (policy.table.length + policy.bias.length)
  return {
    weightsBytes: bytes,
    referenceBytes: reference === null ? 0 : bytes,
    gradientBytes: 2 * bytes,
    optimizerBytes: 2 * bytes,
    kvCacheBytes: 0,
  }
}
