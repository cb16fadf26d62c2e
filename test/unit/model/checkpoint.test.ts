import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCheckpoint } from '../../../src/model/checkpoint.ts'
import { readDescription, writeCheckpoint } from '../../../src/model/write-checkpoint.ts'
import type { NativeEngine, TensorFile } from '../../../src/native/types.ts'
import { checkpointFolder, temporaryFolder, tensorsOf, tinyConfig } from './checkpoint-folder.ts'

/** Writes every tensor as bytes of one value: enough to see where they land. */
function exportingEngine(dtype: 'float32' | 'bfloat16', fail = false): Pick<NativeEngine, 'info' | 'exportTensors'> {
  const shapes = new Map(tensorsOf(tinyConfig).map((tensor) => [tensor.name, tensor.shape]))
  const width = dtype === 'float32' ? 4 : 2
  return {
    info: {
      parameters: 1,
      device: 'cpu',
      dtype,
      vocabSize: 0,
      threads: 1,
      sharesPrompts: true,
      tensorNames: [...shapes.keys()],
    },
    async exportTensors(files: readonly TensorFile[]) {
      for (const file of files) {
        if (fail) throw new Error('disk full')
        const data = file.tensors.map((name, i) =>
          Buffer.alloc(
            shapes.get(name)!.reduce((product, side) => product * side, width),
            i + 1,
          ),
        )
        writeFileSync(file.path, Buffer.concat([file.header, ...data]))
      }
    },
  }
}

describe('reading', () => {
  test('every end-of-text id, generation_config.json first', async () => {
    const dir = checkpointFolder({ ...tinyConfig, eos_token_id: 2, pad_token_id: null })
    writeFileSync(
      join(dir, 'generation_config.json'),
      JSON.stringify({ eos_token_id: [5, 9, 5, 4000], bos_token_id: 3, pad_token_id: 7 }),
    )
    const checkpoint = await readCheckpoint(dir)
    expect(checkpoint.eosTokenIds).toEqual([5, 9, 2])
    expect(checkpoint.bosTokenId).toBe(3)
    expect(checkpoint.padTokenId).toBe(7)
    expect(checkpoint.architecture).toBe('LlamaForCausalLM')
  })
  test('without generation_config.json, config.json alone', async () => {
    const checkpoint = await readCheckpoint(checkpointFolder(tinyConfig))
    expect(checkpoint.eosTokenIds).toEqual([2])
    expect(checkpoint.bosTokenId).toBe(1)
    expect(checkpoint.padTokenId).toBeNull()
    expect(checkpoint.checkpointDtype).toBe('float32')
  })
  test('the dtype is that of most weights, whatever config.json says', async () => {
    const tensors = tensorsOf(tinyConfig, 'BF16').map((tensor) =>
      tensor.name.includes('norm') ? ({ ...tensor, dtype: 'F32' } as const) : tensor,
    )
    expect((await readCheckpoint(checkpointFolder(tinyConfig, tensors))).checkpointDtype).toBe('bfloat16')
  })
  test('wrong ids and broken JSON name the file', async () => {
    const dir = checkpointFolder({ ...tinyConfig, eos_token_id: 'end' })
    await expect(readCheckpoint(dir)).rejects.toThrow('config.json: "eos_token_id" must be a token id')
    writeFileSync(join(dir, 'generation_config.json'), '{')
    await expect(readCheckpoint(dir)).rejects.toThrow('generation_config.json is not JSON')
    await expect(readCheckpoint(temporaryFolder())).rejects.toThrow('has no config.json')
  })
})

describe('writing', () => {
  const source = () => {
    const dir = checkpointFolder(tinyConfig)
    writeFileSync(join(dir, 'tokenizer.json'), '{"t": 1}')
    writeFileSync(join(dir, 'chat_template.jinja'), '{{ x }}')
    writeFileSync(join(dir, 'pytorch_model.bin'), 'weights in another format')
    writeFileSync(join(dir, 'model.safetensors.index.json'), '{}')
    writeFileSync(join(dir, '.gitattributes'), '')
    symlinkSync(join(dir, 'tokenizer.json'), join(dir, 'generation_config.json'))
    mkdirSync(join(dir, 'trainer'))
    return dir
  }

  test("weights in the engine's dtype, the other files beside them", async () => {
    const checkpoint = await readCheckpoint(source())
    const out = join(temporaryFolder(), 'deep', 'final')
    await writeCheckpoint(exportingEngine('bfloat16'), checkpoint, out)
    expect(readdirSync(out).sort()).toEqual([
      'chat_template.jinja',
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'tokenizer.json',
    ])
    expect(statSync(join(out, 'generation_config.json')).isFile()).toBe(true)
    expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))).toEqual({
      ...tinyConfig,
      torch_dtype: 'bfloat16',
    })
    const written = await readCheckpoint(out)
    expect(written.checkpointDtype).toBe('bfloat16')
    const bytes = readFileSync(join(out, 'model.safetensors'))
    for (const [i, weight] of written.weights.entries()) expect(bytes[weight.offset]).toBe(i + 1)
    expect(readdirSync(join(out, '..'))).toEqual(['final'])
  })
  test('nothing is overwritten', async () => {
    const checkpoint = await readCheckpoint(source())
    const out = temporaryFolder()
    writeFileSync(join(out, 'mine'), '')
    const file = join(out, 'mine')
    for (const place of [out, file]) {
      await expect(writeCheckpoint(exportingEngine('float32'), checkpoint, place)).rejects.toThrow('already exists')
    }
    expect(readdirSync(out)).toEqual(['mine'])
  })
  test('an empty folder is filled, through a link too', async () => {
    const checkpoint = await readCheckpoint(source())
    const parent = temporaryFolder()
    for (const name of ['empty', 'linked']) mkdirSync(join(parent, name))
    symlinkSync(join(parent, 'linked'), join(parent, 'link'))
    for (const name of ['empty', 'link']) {
      const out = join(parent, name)
      await writeCheckpoint(exportingEngine('float32'), checkpoint, out)
      expect((await readCheckpoint(out)).checkpointDtype).toBe('float32')
    }
    expect(readdirSync(parent).sort()).toEqual(['empty', 'link', 'linked'])
  })
  test('the description remains valid after its folder is removed', async () => {
    const checkpoint = await readCheckpoint(source())
    const description = await readDescription(checkpoint.dir)
    rmSync(checkpoint.dir, { recursive: true })
    const out = join(temporaryFolder(), 'final')
    await writeCheckpoint(exportingEngine('float32'), checkpoint, out, description)
    expect(readFileSync(join(out, 'tokenizer.json'), 'utf8')).toBe('{"t": 1}')
    expect((await readCheckpoint(out)).config).toEqual(checkpoint.config)
  })
  test('a failure leaves nothing behind', async () => {
    const checkpoint = await readCheckpoint(source())
    const parent = temporaryFolder()
    const writing = writeCheckpoint(exportingEngine('float32', true), checkpoint, join(parent, 'final'))
    await expect(writing).rejects.toThrow('disk full')
    expect(readdirSync(parent)).toEqual([])
    expect(existsSync(checkpoint.dir)).toBe(true)
  })
})
