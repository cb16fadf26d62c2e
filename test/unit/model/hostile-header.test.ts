import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeModel } from '../../../src/model/open-model.ts'
import { damaged, faults, type Json, replaced } from '../../support/hostile-checkpoint.ts'
import { hostileJson, hostileOffsets, hostileShapes, hostileValues } from '../../support/hostile-values.ts'
import { tinyCheckpoint } from '../../support/tiny-checkpoint.ts'

describe('the header of model.safetensors', { timeout: 60_000 }, () => {
  interface Entry extends Json {
    readonly data_offsets: [number, number]
  }
  const name = 'model.safetensors'

  async function tiny() {
    const dir = await tinyCheckpoint()
    const bytes = await readFile(join(dir, name))
    const length = Number(bytes.readBigUInt64LE(0))
    const text = bytes
      .subarray(8, 8 + length)
      .toString('utf8')
      .trim()
    return {
      dir,
      bytes,
      text,
      length,
      header: JSON.parse(text) as Record<string, Entry>,
      data: bytes.subarray(8 + length),
    }
  }

  function withHeader(text: string | Buffer, data: Uint8Array, length?: bigint): Buffer {
    const header = Buffer.from(text)
    const prefix = Buffer.alloc(8)
    prefix.writeBigUInt64LE(length ?? BigInt(header.length))
    return Buffer.concat([prefix, header, data])
  }

  it('with entries of any kind', async () => {
    const { dir, text, header, data } = await tiny()
    const names = Object.keys(header).filter((key) => key !== '__metadata__')
    const texts: [string, string][] = [names[0]!, names[5]!, names.at(-1)!].flatMap((tensor) => {
      const entry = header[tensor]!
      const entries = [
        ...replaced(entry, 'dtype', hostileValues),
        ...replaced(entry, 'shape', [...hostileValues, ...hostileShapes]),
        ...replaced(entry, 'data_offsets', [...hostileValues, ...hostileOffsets(entry.data_offsets[1])]),
        ...hostileValues.map((value): [string, string] => [JSON.stringify(value), hostileJson(value)]),
      ]
      return entries.map(([what, json]): [string, string] => [
        `${tensor}: ${what}`,
        JSON.stringify({ ...header, [tensor]: '@entry' }).replace('"@entry"', () => json),
      ])
    })
    texts.push(
      ...replaced(header, '__metadata__', hostileValues),
      ...replaced(header, 'model.extra.weight', hostileValues),
      ...damaged(text, 80, 'header'),
      ...['__proto__', 'constructor', '', ' ', '\u001b[2J', 'x'.repeat(1e6), names[1]!].map((key): [string, string] => [
        `first called ${key}`,
        text.replace(JSON.stringify(names[0]), JSON.stringify(key)),
      ]),
    )
    expect(texts.length).toBeGreaterThan(400)
    const mutations = texts.map(([what, json]): [string, Buffer] => [what, withHeader(json, data)])
    expect(await faults(dir, name, mutations)).toEqual([])
  })

  it('of any length, and not JSON', async () => {
    const { dir, bytes, text, header, data } = await tiny()
    const real = BigInt(text.length)
    const lengths = [0n, 1n, 2n, 8n, real - 1n, real + 1n, real * 2n, BigInt(bytes.length), 10n ** 8n, 10n ** 8n + 1n]
    const huge = [2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]
    const deep = `${'['.repeat(1e6)}${']'.repeat(1e6)}`
    const wholes = ['', '{', 'null', '3', '[]', '{}', '"x"', 'NaN', deep, `{"a":${deep}}`, `\uFEFF${text}`, `${text}x`]
    const mutations: [string, Buffer][] = [
      ...[...lengths, ...huge].map((length): [string, Buffer] => [`length ${length}`, withHeader(text, data, length)]),
      ...wholes.map((whole): [string, Buffer] => [`header ${whole.slice(0, 20)}`, withHeader(whole, data)]),
      ...hostileValues.map((value): [string, Buffer] => ['header', withHeader(hostileJson(value), data)]),
      ['not UTF-8', withHeader(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text)]), data)],
      ['empty lists', withHeader(`{"a":[${'[],'.repeat(3e6)}[]]}`, data)],
      ['no data', withHeader(text, Buffer.alloc(0))],
      ['nothing', Buffer.alloc(0)],
      ['zeros', Buffer.alloc(1000)],
    ]
    expect(await faults(dir, name, mutations)).toEqual([])
    const twice = `${JSON.stringify(header).slice(0, -1)},${JSON.stringify(header).slice(1)}`
    await writeFile(join(dir, name), withHeader(twice, data))
    await expect(describeModel(dir)).rejects.toThrow('it describes a tensor twice')
  })

  it('with 200,000 tensors, and a config of as many layers', async () => {
    const { dir } = await tiny()
    const entry = JSON.stringify({ dtype: 'F32', shape: [0], data_offsets: [0, 0] })
    const entries = Array.from({ length: 200_000 }, (_, i) => `"model.layers.${i}.weight":${entry}`)
    await writeFile(join(dir, name), withHeader(`{${entries.join()}}`, Buffer.alloc(0)))
    const config = JSON.parse(await readFile(join(dir, 'config.json'), 'utf8')) as Json
    await writeFile(join(dir, 'config.json'), JSON.stringify({ ...config, num_hidden_layers: 200_000 }))
    await expect(describeModel(dir)).rejects.toThrow('"num_hidden_layers" must be at most 10000')
  })

  it('in a file that claims terabytes', async () => {
    const { dir } = await tiny()
    const side = 2 ** 31
    const entry = { dtype: 'F32', shape: [side], data_offsets: [0, 4 * side] }
    const header = withHeader(JSON.stringify({ 'model.norm.weight': entry }), Buffer.alloc(0))
    await writeFile(join(dir, name), header)
    await truncate(join(dir, name), header.length + 4 * side)
    const config = JSON.parse(await readFile(join(dir, 'config.json'), 'utf8')) as Json
    const mutations = replaced({ ...config, head_dim: 2 ** 30, num_attention_heads: 1 }, 'head_dim', [
      2 ** 30,
      2 ** 31 - 2,
    ])
    expect(await faults(dir, 'config.json', mutations)).toEqual([])
  })
})
