import { describe, expect, it } from 'vitest'
import { workingSet } from '../../src/memory/working-set.ts'
import type { Dtype } from '../../src/native/types.ts'
import { fakeConfig } from '../support/fake-run.ts'
import { type GoldenName, goldenOptions, openGolden } from './golden-engine.ts'

describe('whether prompts are shared', () => {
  it.each<[GoldenName, Dtype, number | null, boolean]>([
    ['llama-tied', 'float32', null, true],
    ['llama-tied', 'bfloat16', null, true],
    ['qwen3', 'float32', null, true],
    ['mistral-window', 'float32', null, false],
    ['mistral-window', 'bfloat16', null, false],
    ['llama-tied', 'float32', -1, false], // one position less than the model has
    ['llama-tied', 'float32', 0, true],
  ])('is the same for the engine and the memory plan: %s in %s, window %s', async (name, dtype, beyond, shares) => {
    const { model } = await goldenOptions(name)
    const slidingWindows = model.slidingWindows.slice()
    if (beyond !== null) slidingWindows[0] = model.maxPositionEmbeddings + beyond
    const config = { ...model, slidingWindows }
    const engine = await openGolden(name, { model: config, dtype })
    expect(engine.info.sharesPrompts).toBe(shares)
    expect(workingSet({ config, shapes: [], dtype }, fakeConfig('/nowhere')).sharesPrompts).toBe(shares)
  })

  it('is not so where tensor operations compute', async () => {
    const engine = await openGolden('llama-tied', { portableKernels: true })
    expect(engine.info.sharesPrompts).toBe(false)
  })
})
