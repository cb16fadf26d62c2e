import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { matchTensors } from '../../../src/model/expected-tensors.ts'
import { parseModelConfig } from '../../../src/model/hf-config.ts'
import { byteLength, readSafetensorsHeader, safetensorsHeader } from '../../../src/model/safetensors.ts'
import { planShards, readStoredTensors } from '../../../src/model/weights.ts'
import type { ModelConfig } from '../../../src/native/types.ts'
import { checkpointFolder, temporaryFolder, tensorsOf, tinyConfig, writeSafetensors } from './checkpoint-folder.ts'

const config = parseModelConfig(tinyConfig, 'config.json').config
const tensors = tensorsOf(tinyConfig)
const golden = fileURLToPath(new URL('../../fixtures/golden', import.meta.url))

const readWeights = async (dir: string, model: ModelConfig) => {
  const { tensors: stored, where } = await readStoredTensors(dir)
  return matchTensors(stored, model, where)
}

const refusal = async (dir: string, model = config) => {
  const error = await readWeights(dir, model).then(
    () => new Error('accepted'),
    (cause: Error) => cause,
  )
  expect(error).toBeInstanceOf(UserError)
  return error.message
}

describe('reading', () => {
  test('offsets count from the start of the file', async () => {
    const dir = checkpointFolder(tinyConfig)
    const sources = await readWeights(dir, config)
    const file = join(dir, 'model.safetensors')
    const headerBytes = 8 + Number(readFileSync(file).readBigUInt64LE(0))
    expect(headerBytes % 8).toBe(0)
    let offset = headerBytes
    for (const [i, source] of sources.entries()) {
      expect(source).toEqual({ ...tensors[i], file, offset })
      offset += byteLength(source)
    }
    expect(offset).toBe(readFileSync(file).length)
  })

  test('order in the file does not matter, nor do float16 and bfloat16', async () => {
    const mixed = tensors.map((tensor, i) => ({ ...tensor, dtype: (['F32', 'F16', 'BF16'] as const)[i % 3]! }))
    const sources = await readWeights(checkpointFolder(tinyConfig, [...mixed].reverse()), config)
    expect(sources.map(({ name, dtype }) => [name, dtype])).toEqual(mixed.map(({ name, dtype }) => [name, dtype]))
  })

  test('a tied model may carry its own lm_head, and old rotary buffers', async () => {
    const tied = { ...tinyConfig, tie_word_embeddings: true }
    const extra = [
      { name: 'lm_head.weight', dtype: 'F32', shape: [12, 8] },
      { name: 'model.layers.0.self_attn.rotary_emb.inv_freq', dtype: 'F32', shape: [2] },
    ] as const
    const dir = checkpointFolder(tied, [...tensorsOf(tied), ...extra])
    expect(await readWeights(dir, parseModelConfig(tied, '').config)).toHaveLength(tensors.length - 1)
  })

  test('shards by the index', async () => {
    const dir = checkpointFolder(tinyConfig, null)
    const { shards, index } = planShards(tensors, 500)
    expect(shards.length).toBeGreaterThan(2)
    for (const shard of shards) writeSafetensors(join(dir, shard.file), shard.tensors)
    writeFileSync(join(dir, 'model.safetensors.index.json'), JSON.stringify(index))
    const sources = await readWeights(dir, config)
    expect(sources.map((source) => source.name)).toEqual(tensors.map((tensor) => tensor.name))
    const weightMap = index!.weight_map as Record<string, string>
    for (const source of sources) expect(basename(source.file)).toBe(weightMap[source.name])
  })

  test('the golden checkpoints', async () => {
    const counts = { 'llama-tied': 20, 'llama3-untied': 30, 'mistral-window': 21, 'qwen2-sharded': 38, qwen3: 25 }
    for (const [name, count] of Object.entries(counts)) {
      const raw = JSON.parse(readFileSync(join(golden, name, 'config.json'), 'utf8'))
      const sources = await readWeights(join(golden, name), parseModelConfig(raw, name).config)
      expect(sources, name).toHaveLength(count)
    }
  })
})

describe('tensors that do not fit are named', () => {
  test('missing', async () => {
    const dir = checkpointFolder(
      tinyConfig,
      tensors.filter((tensor) => !tensor.name.includes('k_proj')),
    )
    expect(await refusal(dir)).toContain('tensor model.layers.0.self_attn.k_proj.weight is missing')
  })
  test('missing lm_head hints at tying', async () => {
    const dir = checkpointFolder(tinyConfig, tensors.slice(0, -1))
    expect(await refusal(dir)).toMatch(/lm_head.weight is missing.*tie_word_embeddings/)
  })
  test('names without "model." are explained', async () => {
    const bare = tensors.slice(0, -1).map((tensor) => ({ ...tensor, name: tensor.name.replace('model.', '') }))
    const tied = parseModelConfig({ ...tinyConfig, tie_word_embeddings: true }, '').config
    expect(await refusal(checkpointFolder(tinyConfig, bare), tied)).toContain('the names lack "model."')
  })
  test('left over', async () => {
    const dir = checkpointFolder(tinyConfig, [...tensors, { name: 'model.extra', dtype: 'F32', shape: [1] }])
    expect(await refusal(dir)).toContain('tensor model.extra is not part of a model')
  })
  test('another shape', async () => {
    const dir = checkpointFolder(tinyConfig, tensorsOf({ ...tinyConfig, vocab_size: 13 }))
    expect(await refusal(dir)).toContain(
      'tensor model.embed_tokens.weight is [13, 8], but config.json makes it [12, 8]',
    )
  })
  test('another dtype', async () => {
    const dir = checkpointFolder(tinyConfig)
    const file = join(dir, 'model.safetensors')
    writeFileSync(file, readFileSync(file).toString('latin1').replace('"F32"', '"I32"'), 'latin1')
    expect(await refusal(dir)).toContain(
      'tensor model.embed_tokens.weight has dtype "I32"; supported are F32, F16, BF16',
    )
  })
})

describe('incomplete files', () => {
  test('truncated in the data, in the header, in the length', async () => {
    const dir = checkpointFolder(tinyConfig)
    const file = join(dir, 'model.safetensors')
    const size = readFileSync(file).length
    truncateSync(file, size - 4)
    expect(await refusal(dir)).toMatch(/model.safetensors is cut short: tensor lm_head.weight ends at byte \d+/)
    truncateSync(file, 100)
    expect(await refusal(dir)).toContain('is cut short: its header alone takes')
    truncateSync(file, 5)
    expect(await refusal(dir)).toContain('is cut short: 5 bytes')
  })
  test('bytes behind the last tensor', async () => {
    const dir = checkpointFolder(tinyConfig)
    appendFileSync(join(dir, 'model.safetensors'), 'abc')
    expect(await refusal(dir)).toContain('3 bytes follow the last tensor')
  })
  test('not safetensors at all', async () => {
    const dir = checkpointFolder(tinyConfig, null)
    const file = join(dir, 'model.safetensors')
    writeFileSync(file, 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n')
    expect(await refusal(dir)).toContain('Git LFS pointer')
    writeFileSync(file, '<!DOCTYPE html><html></html>')
    expect(await refusal(dir)).toContain('is not a safetensors file')
    writeFileSync(file, Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{{{{')]))
    expect(await refusal(dir)).toContain('is not a safetensors file: its header')
  })
  test('offsets that overlap, or do not match the shape', async () => {
    const dir = temporaryFolder()
    const file = join(dir, 'x.safetensors')
    const write = (entries: object) => {
      const json = Buffer.from(JSON.stringify(entries))
      const length = Buffer.alloc(8)
      length.writeBigUInt64LE(BigInt(json.length))
      writeFileSync(file, Buffer.concat([length, json, Buffer.alloc(64)]))
    }
    write({
      a: { dtype: 'F32', shape: [8], data_offsets: [0, 32] },
      b: { dtype: 'F32', shape: [8], data_offsets: [16, 48] },
    })
    await expect(readSafetensorsHeader(file)).rejects.toThrow('tensor b starts at byte')
    write({ a: { dtype: 'F32', shape: [8], data_offsets: [0, 16] } })
    await expect(readSafetensorsHeader(file)).rejects.toThrow('takes 32 bytes, but its offsets give 16')
    write({ a: { dtype: 'F32', shape: [-8], data_offsets: [0, 16] } })
    await expect(readSafetensorsHeader(file)).rejects.toThrow('entry for tensor a')
  })
  test('a shard missing, a tensor not where the index says, a path outside', async () => {
    const dir = checkpointFolder(tinyConfig, null)
    const index = join(dir, 'model.safetensors.index.json')
    const map = (shard: string) => ({ weight_map: Object.fromEntries(tensors.map(({ name }) => [name, shard])) })
    writeFileSync(index, JSON.stringify(map('a.safetensors')))
    expect(await refusal(dir)).toMatch(/cannot read .*a.safetensors: no such file/)
    writeSafetensors(join(dir, 'a.safetensors'), tensors.slice(1))
    expect(await refusal(dir)).toContain(
      'places tensor model.embed_tokens.weight in a.safetensors, but it is not there',
    )
    writeFileSync(index, JSON.stringify(map('../a.safetensors')))
    expect(await refusal(dir)).toContain('must name files of the same folder')
  })
})

describe('no safetensors', () => {
  test.each([
    ['pytorch_model.bin', 'convert it once'],
    ['pytorch_model.bin.index.json', 'convert it once'],
    ['adapter_model.safetensors', 'holds an adapter'],
    ['model-00001-of-00002.safetensors', 'but no model.safetensors.index.json'],
    ['tokenizer.json', 'has no weights'],
  ])('with %s', async (file, message) => {
    const dir = checkpointFolder(tinyConfig, null)
    writeFileSync(join(dir, file), '')
    expect(await refusal(dir)).toContain(message)
  })
})

describe('writing', () => {
  test('a header is read back as written', async () => {
    const file = join(temporaryFolder(), 'x.safetensors')
    writeSafetensors(file, [
      { name: 'a', dtype: 'BF16', shape: [3, 5] },
      { name: 'b', dtype: 'F32', shape: [] },
    ])
    const read = await readSafetensorsHeader(file)
    expect(read.map(({ name, shape, dtype }) => ({ name, shape, dtype }))).toEqual([
      { name: 'a', dtype: 'BF16', shape: [3, 5] },
      { name: 'b', dtype: 'F32', shape: [] },
    ])
    expect(read[1]!.offset - read[0]!.offset).toBe(30)
  })
  test("the header is JSON padded with spaces to 8 bytes, with transformers' format mark", () => {
    const header = Buffer.from(safetensorsHeader([{ name: 'ä', dtype: 'F16', shape: [1] }]))
    expect(header.length % 8).toBe(0)
    expect(Number(header.readBigUInt64LE(0))).toBe(header.length - 8)
    expect(JSON.parse(header.subarray(8).toString('utf8'))).toEqual({
      __metadata__: { format: 'pt' },
      ä: { dtype: 'F16', shape: [1], data_offsets: [0, 2] },
    })
  })
  test('shards hold at most their size, in order; one file needs no index', () => {
    const bytes = tensors.reduce((sum, tensor) => sum + byteLength(tensor), 0)
    const { shards, index } = planShards(tensors, 500)
    expect(shards.flatMap((shard) => shard.tensors)).toEqual(tensors)
    for (const shard of shards) {
      expect(shard.tensors.reduce((sum, tensor) => sum + byteLength(tensor), 0)).toBeLessThanOrEqual(500)
    }
    expect(shards[0]!.file).toBe(`model-00001-of-0000${shards.length}.safetensors`)
    expect(index!.metadata).toEqual({ total_size: bytes })
    expect(planShards(tensors)).toEqual({ shards: [{ file: 'model.safetensors', tensors }], index: null })
  })
  test('a tensor larger than a shard gets its own', () => {
    const large = planShards(tensors, 10).shards
    expect(large.every((shard) => shard.tensors.length === 1)).toBe(true)
  })
})
