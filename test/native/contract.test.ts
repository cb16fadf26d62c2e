import { readCheckpoint } from '../../src/model/checkpoint.ts'
import { expectedTensors } from '../../src/model/expected-tensors.ts'
import { openEngine } from '../../src/native/engine.ts'
import { describeEngine, type EngineUnderTest } from '../contract/engine.ts'
import { goldenFolders } from '../support/goldens.ts'

const open = async (name: string): Promise<EngineUnderTest> => {
  const { config, weights } = await readCheckpoint(goldenFolders().find((dir) => dir.endsWith(name))!)
  const engine = await openEngine({
    model: config,
    weights,
    device: 'cpu',
    dtype: 'float32',
    reference: true,
    kvCacheBytes: 1 << 28,
    threads: 0,
  })
  return {
    engine,
    vocabSize: config.vocabSize,
    shapes: new Map(expectedTensors(config).map(({ name, shape }) => [name, shape])),
    maxPositions: config.maxPositionEmbeddings,
  }
}

describeEngine('native, Llama with tied embeddings', { open: () => open('llama-tied') })
describeEngine('native, Qwen3', { open: () => open('qwen3') })
