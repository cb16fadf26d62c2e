import { openEngine } from '../../src/native/engine.ts'
import type { ModelConfig, NativeEngine } from '../../src/native/types.ts'
import { fakeAddon } from './fake-addon/addon.ts'
import { type BigramWeights, tensorNames } from './fake-addon/state.ts'

export const fakeTensorNames: readonly string[] = tensorNames

export interface FakeOptions extends BigramWeights {
  readonly reference?: boolean // default false
  readonly maxPositions?: number // default 2048
}

/** Shapes by tensor name, for headers of tensor files. */
export const fakeShapes = (vocabSize: number): Map<string, number[]> =>
  new Map([
    ['bigram.table', [vocabSize, vocabSize]],
    ['bigram.bias', [vocabSize]],
  ])

/** A bigram model behind the checks of the real engine; V is the root of the table's length. */
export const openFakeEngine = ({
  reference = false,
  maxPositions = 2048,
  ...weights
}: FakeOptions): Promise<NativeEngine> =>
  openEngine(
    {
      model: bigramConfig(Math.round(Math.sqrt(weights.table.length)), maxPositions),
      weights: [],
      device: 'cpu',
      dtype: 'float32',
      reference,
      kvCacheBytes: 1,
      threads: 1,
    },
    undefined,
    fakeAddon(weights),
  )

/** Sizes of a transformer without layers. */
const bigramConfig = (vocabSize: number, maxPositionEmbeddings: number): ModelConfig => ({
  vocabSize,
  hiddenSize: vocabSize,
  intermediateSize: 0,
  numHiddenLayers: 0,
  numAttentionHeads: 1,
  numKeyValueHeads: 1,
  headDim: 0,
  maxPositionEmbeddings,
  rmsNormEps: 0,
  tieWordEmbeddings: false,
  qkvBias: false,
  attentionOutputBias: false,
  mlpBias: false,
  qkNorm: false,
  slidingWindows: new Int32Array(0),
  ropeFrequencies: new Float32Array(0),
  ropeScale: 1,
})
