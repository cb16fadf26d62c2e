// Weights that hold NaN or infinity, from a file: named while they are loaded, or refused by their logits.
import { cp, open } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readCheckpoint } from '../../src/model/checkpoint.ts'
import { openEngine } from '../../src/native/engine.ts'
import { packSequences, packTokens } from '../../src/rollout/pack.ts'
import { greedy, sampled } from '../contract/fixtures.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { type GoldenName, goldenFolder, goldenOptions, someTokens } from './golden-engine.ts'

const values: [string, number[]][] = [
  ['NaN', [0x00, 0x00, 0xc0, 0x7f]],
  ['infinity', [0x00, 0x00, 0x80, 0x7f]],
  ['minus infinity', [0x00, 0x00, 0x80, 0xff]],
]
const bfloat16 = (bytes: readonly number[]): number[] => bytes.slice(2) // the upper half of a float32

/** A golden checkpoint with the last element of one tensor overwritten. */
async function brokenOptions(golden: GoldenName, name: string, bytes: readonly number[]) {
  const dir = join(await tempFolder(), golden)
  await cp(goldenFolder(golden), dir, { recursive: true })
  const { weights } = await readCheckpoint(dir)
  const tensor = weights.find((weight) => weight.name === name)!
  const value = tensor.dtype === 'F32' ? bytes : bfloat16(bytes)
  const elements = tensor.shape.reduce((a, b) => a * b, 1)
  const handle = await open(tensor.file, 'r+')
  await handle.write(Buffer.from(value), 0, value.length, tensor.offset + (elements - 1) * value.length)
  await handle.close()
  return { ...(await goldenOptions(golden)), weights }
}

const norm = 'model.norm.weight'
const deep = 'model.layers.1.mlp.down_proj.weight'

it.each(values)(
  '%s is named while the weights are loaded, in both dtypes and both stored ones',
  async (_kind, bytes) => {
    for (const golden of ['qwen3', 'mistral-window'] as const) {
      for (const dtype of ['float32', 'bfloat16'] as const) {
        for (const name of [norm, deep]) {
          const options = { ...(await brokenOptions(golden, name, bytes)), dtype, checkWeights: true }
          await expect(openEngine(options)).rejects.toMatchObject({
            code: 'NOT_FINITE',
            message: expect.stringContaining(`tensor ${name} holds a value that is not finite`),
          })
        }
      }
    }
  },
)

it('finite weights pass the check', async () => {
  const engine = await openEngine({ ...(await goldenOptions('qwen3')), checkWeights: true })
  await engine.close()
})

it.each(values)('%s in unchecked weights is refused by its logits', async (_kind, bytes) => {
  for (const portableKernels of [false, true]) {
    const engine = await openEngine({ ...(await brokenOptions('qwen3', norm, bytes)), portableKernels })
    const refused = { code: 'NOT_FINITE', message: expect.stringContaining('not finite') }
    const prompts = packTokens([someTokens(4), someTokens(9)])
    await expect(engine.generate(prompts, greedy(2))).rejects.toMatchObject(refused)
    await expect(engine.generate(prompts, sampled(1, [1, 2]))).rejects.toMatchObject(refused)
    const sequences = packSequences([{ tokens: someTokens(9), promptLength: 2 }])
    await expect(engine.logprobs(sequences, 'policy', 1)).rejects.toMatchObject(refused)
    await engine.close()
  }
})
