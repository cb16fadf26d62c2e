import { totalmem } from 'node:os'
import { describe, expect, it } from 'vitest'
import { deviceMemory, freeMemory, memoryWarning } from '../../../src/memory/device-memory.ts'
import { memoryPlan } from '../../../src/memory/memory-plan.ts'
import type { ModelConfig } from '../../../src/native/types.ts'
import { fakeConfig } from '../../support/fake-run.ts'

const GiB = 2 ** 30

// Llama-3.2-3B
const model = {
  vocabSize: 128256,
  hiddenSize: 3072,
  intermediateSize: 8192,
  numHiddenLayers: 28,
  numAttentionHeads: 24,
  numKeyValueHeads: 8,
  headDim: 128,
  maxPositionEmbeddings: 131_072,
  qkNorm: false,
  slidingWindows: new Int32Array(28),
} as ModelConfig

const plan = (billions: number, device: string, available: number | null = null) =>
  memoryPlan(
    { config: model, shapes: [[billions * 1e9]], dtype: 'bfloat16' },
    fakeConfig('/nowhere', { 'model.device': device }),
    available,
  )

describe('memoryWarning', () => {
  it('says that 7.62 billion parameters do not fit on one H200, and 3.21 billion not on 60 GB', () => {
    // 20 bytes per parameter: 141.9 GiB and 59.8 GiB before activations
    expect(memoryWarning(plan(7.615616512, 'cuda'), 'cuda', 139 * GiB)).toMatch(
      /^this needs \d+\.\d\d GiB, and cuda has 139\.00 GiB/,
    )
    expect(memoryWarning(plan(3.212749824, 'cuda'), 'cuda', 60 * GiB)).toContain('cuda has 60.00 GiB')
    expect(memoryWarning(plan(3.212749824, 'cuda', 139 * GiB), 'cuda', 139 * GiB)).toBeNull()
  })

  it('says nothing about an unknown device', () => {
    expect(memoryWarning(plan(100, 'cuda'), 'cuda', null)).toBeNull()
    expect(memoryWarning(plan(100, 'cpu'), 'cpu', 8 * GiB)).toContain('this machine has 8.00 GiB')
  })

  it("reads this machine's memory", () => {
    expect(deviceMemory('cpu')).toBe(totalmem())
    expect(freeMemory('cpu')).toBeGreaterThan(2 ** 20)
    expect(freeMemory('cpu')).toBeLessThanOrEqual(totalmem())
    expect(deviceMemory('cuda:99')).toBeNull()
  })
})
