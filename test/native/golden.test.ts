import { basename } from 'node:path'
import { describe } from 'vitest'
import { readCheckpoint } from '../../src/model/checkpoint.ts'
import { openEngine } from '../../src/native/engine.ts'
import { goldenFolders } from '../support/goldens.ts'
import { describeGolden } from './golden-suite.ts'

describe.each([
  ["the CPU's kernels", false],
  ['tensor operations', true],
])('%s', (_kernels, portableKernels) => {
  describe.each(goldenFolders().map((dir) => [basename(dir), dir]))('%s, as transformers computes it', (_name, dir) => {
    describeGolden(dir, async (dtype) => {
      const { config, weights } = await readCheckpoint(dir)
      const options = { model: config, weights, reference: false, kvCacheBytes: 1 << 26, threads: 0, portableKernels }
      return openEngine({ ...options, device: 'cpu', dtype })
    })
  })
})
