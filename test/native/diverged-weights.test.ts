import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { safetensorsHeader } from '../../src/model/safetensors.ts'
import type { NativeEngine, SamplingParams } from '../../src/native/types.ts'
import { packTokens } from '../../src/rollout/pack.ts'
import { greedy } from '../contract/fixtures.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { openGolden, someTokens } from './golden-engine.ts'

const kinds: [string, Partial<SamplingParams>][] = [
  ['plain', { temperature: 1 }],
  ['top-p', { temperature: 1, topP: 0.9 }],
  ['presence penalty', { temperature: 1, presencePenalty: 1 }],
  ['greedy', { temperature: 0 }],
  ['greedy with presence penalty', { temperature: 0, presencePenalty: 1 }],
]
const prompts = packTokens([someTokens(4), someTokens(40)])

/** Overwrites one weight of a vector by `value` everywhere, through a file. */
async function fill(engine: NativeEngine, name: string, size: number, value: number): Promise<void> {
  const tensor = { name, dtype: 'F32' as const, shape: [size] }
  const header = safetensorsHeader([tensor])
  const file = join(await tempFolder(), 'model.safetensors')
  await writeFile(file, Buffer.concat([header, new Uint8Array(new Float32Array(size).fill(value).buffer)]))
  await engine.importTensors([{ ...tensor, file, offset: header.length }])
}

describe.each([
  ['CPU kernels', false],
  ['tensor operations', true],
])('weights that are not numbers, %s', (_name, portableKernels) => {
  let engine: NativeEngine
  beforeAll(async () => {
    engine = await openGolden('qwen3', { portableKernels })
    await fill(engine, 'model.norm.weight', 64, Number.NaN)
  })

  it.each(kinds)('%s sampling refuses them', async (_kind, over) => {
    await expect(engine.generate(prompts, greedy(2, over))).rejects.toMatchObject({
      code: 'NOT_FINITE',
      message: expect.stringContaining('not finite'),
    })
  })

  it('generates again once they are numbers', async () => {
    await fill(engine, 'model.norm.weight', 64, 1)
    expect((await engine.generate(prompts, greedy(2))).tokens.length).toBe(16)
    await fill(engine, 'model.norm.weight', 64, Number.NaN)
  })
})

it('refuses infinite logits too', async () => {
  for (const portableKernels of [false, true]) {
    const engine = await openGolden('qwen3', { portableKernels })
    await fill(engine, 'model.norm.weight', 64, Number.POSITIVE_INFINITY)
    await expect(engine.generate(prompts, greedy(2))).rejects.toThrow('not finite')
  }
})
