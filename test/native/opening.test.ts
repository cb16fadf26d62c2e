import { copyFile, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCheckpoint } from '../../src/model/checkpoint.ts'
import { openEngine } from '../../src/native/engine.ts'
import type { TensorSource } from '../../src/native/types.ts'
import { packTokens } from '../../src/rollout/pack.ts'
import { greedy } from '../contract/fixtures.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { goldenFolder, goldenOptions, openGolden, someTokens } from './golden-engine.ts'

const missing = 'model.layers.1.mlp.up_proj.weight'

describe('opening an engine', () => {
  it('names a tensor without a source', async () => {
    const { weights } = await goldenOptions('llama-tied')
    const left = weights.filter(({ name }) => name !== missing)
    expect(left.length).toBe(weights.length - 1)
    await expect(openGolden('llama-tied', { weights: left })).rejects.toMatchObject({
      code: 'ARGUMENT',
      message: `no source for tensor ${missing}`,
    })
  })

  it('notices a missing tensor if another source comes twice', async () => {
    const { weights } = await goldenOptions('llama-tied')
    // as many sources as tensors, one of them in another's place
    const twin = weights.find(({ name }) => name === missing.replace('1.mlp.up', '0.mlp.up'))!
    const repeated = weights.map((source) => (source.name === missing ? twin : source))
    await expect(openGolden('llama-tied', { weights: repeated })).rejects.toThrow(`no source for tensor ${missing}`)
  })

  it('accepts sources that are given twice', async () => {
    const { weights } = await goldenOptions('llama-tied')
    const prompts = packTokens([someTokens(5)])
    const [once, twice] = [
      await openGolden('llama-tied'),
      await openGolden('llama-tied', { weights: [...weights, ...weights] }),
    ]
    expect((await twice.generate(prompts, greedy(1))).tokens).toEqual((await once.generate(prompts, greedy(1))).tokens)
  })

  it('refuses a tensor that the model does not have', async () => {
    const { weights } = await goldenOptions('llama-tied')
    const foreign: TensorSource = { ...weights[0]!, name: 'model.layers.9.input_layernorm.weight' }
    await expect(openGolden('llama-tied', { weights: [...weights, foreign] })).rejects.toMatchObject({
      code: 'ARGUMENT',
      message: expect.stringContaining('model.layers.9.input_layernorm.weight'),
    })
  })

  it('names file and tensor when a weights file was truncated after its header was read', async () => {
    const folder = await tempFolder()
    const file = join(folder, 'model.safetensors')
    for (const name of ['config.json', 'model.safetensors']) {
      await copyFile(join(goldenFolder('llama-tied'), name), join(folder, name))
    }
    const { weights } = await readCheckpoint(folder)
    const last = weights.reduce((a, b) => (b.offset > a.offset ? b : a))
    await truncate(file, (await readFile(file)).length - 4)
    const refused = expect(openGolden('llama-tied', { weights })).rejects
    await refused.toMatchObject({ code: 'IO', message: expect.stringContaining(file) })
    await expect(openGolden('llama-tied', { weights })).rejects.toThrow(last.name)
  })

  it('names a missing weights file', async () => {
    const { weights } = await goldenOptions('llama-tied')
    const file = join(await tempFolder(), 'gone.safetensors')
    const moved = weights.map((source) => ({ ...source, file }))
    await expect(openGolden('llama-tied', { weights: moved })).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringContaining(file),
    })
  })

  it('refuses sliding windows that are negative, or not one per layer', async () => {
    const options = await goldenOptions('mistral-window')
    for (const slidingWindows of [Int32Array.of(32, -1), Int32Array.of(32)]) {
      const model = { ...options.model, slidingWindows }
      await expect(openEngine({ ...options, model })).rejects.toMatchObject({ code: 'ARGUMENT' })
    }
  })
})

describe('importing tensors', () => {
  it('names file and tensor when the file is too short, and continues working', async () => {
    const engine = await openGolden('llama-tied')
    const file = join(await tempFolder(), 'short')
    await writeFile(file, new Uint8Array(100))
    const source: TensorSource = { name: 'model.norm.weight', file, offset: 0, dtype: 'F32', shape: [48] }
    await expect(engine.importTensors([source])).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringMatching(/short.*model\.norm\.weight/),
    })
    expect((await engine.generate(packTokens([someTokens(5)]), greedy(1))).tokens.length).toBe(8)
  })
})
