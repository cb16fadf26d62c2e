import type { NativeEngine, TensorSource } from '../native/types.ts'
import type { Tokenizer } from './tokenizer.ts'

/** An open model with everything that training needs; tests use a fake. */
export interface TrainModel {
  readonly engine: NativeEngine
  readonly tokenizer: Tokenizer
  readonly stopTokens: Int32Array // every EOS id
  readonly maxPositions: number // longest sequence
  /** Shape by tensor name, for the optimizer state's file. */
  readonly shapes: ReadonlyMap<string, readonly number[]>
  /** Writes the weights as a folder that can be opened again; `dir` must not exist yet. */
  writeWeights(dir: string): Promise<void>
  /** The weights in such a folder. */
  readWeights(dir: string): Promise<readonly TensorSource[]>
}

/** What is known of a model before its weights are loaded; an open TrainModel is one too. */
export type DescribedForTraining = Pick<TrainModel, 'tokenizer' | 'stopTokens' | 'maxPositions' | 'readWeights'>
