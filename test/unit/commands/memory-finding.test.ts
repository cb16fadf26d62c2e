import { totalmem } from 'node:os'
import { describe, expect, it } from 'vitest'
import { deviceMemory, memoryWarning } from '../../../src/commands/memory-finding.ts'
import { memoryPlan } from '../../../src/train/memory-plan.ts'

const GiB = 2 ** 30
// bfloat16: 2 bytes of weights, 2 of reference, 4 of gradient, 12 of optimizer a parameter
const plan = (billions: number, kvCacheGiB: number) =>
  memoryPlan({ shapes: [[billions * 1e9]], dtype: 'bfloat16', reference: true, kvCacheBytes: kvCacheGiB * GiB })

describe('memoryWarning', () => {
  it('says that 7.62 billion parameters do not fit on one H200, nor 3.21 billion on 80 GB', () => {
    // 7.615616512e9 x 20 bytes = 141.9 GiB, and 24 of cache; 3.212749824e9 x 20 = 59.8, and 16
    expect(memoryWarning(plan(7.615616512, 24), 'cuda', 139 * GiB)).toMatch(/165\.8\d GiB before .* has 139\.00 GiB/)
    expect(memoryWarning(plan(3.212749824, 16), 'cuda', 78 * GiB)).toMatch(/75\.84 GiB before/)
    expect(memoryWarning(plan(3.212749824, 16), 'cuda', 139 * GiB)).toBeNull()
  })

  it('counts the cache on a GPU only, and says nothing of a device it does not know', () => {
    expect(memoryWarning(plan(0.1, 64), 'cpu', 8 * GiB)).toBeNull()
    expect(memoryWarning(plan(0.1, 64), 'cuda', 8 * GiB)).toContain('kvCacheGiB')
    expect(memoryWarning(plan(100, 4), 'cuda', null)).toBeNull()
  })

  it("knows this machine's memory", () => {
    expect(deviceMemory('cpu')).toBe(totalmem())
    expect(deviceMemory('cuda:99')).toBeNull()
  })
})
