import { execFileSync } from 'node:child_process'
import { cp, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { describeModel } from '../../../src/model/open-model.ts'
import { damaged, faults, type Json, replaced } from '../../support/hostile-checkpoint.ts'
import { hostileJson, hostileNumbers, hostileValues } from '../../support/hostile-values.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { tinyCheckpoint } from '../../support/tiny-checkpoint.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

describe('the other files', { timeout: 60_000 }, () => {
  it('model.safetensors.index.json', async () => {
    const dir = join(await tempFolder(), 'sharded')
    await cp(path('../../fixtures/golden/qwen2-sharded'), dir, { recursive: true })
    const name = 'model.safetensors.index.json'
    const index = JSON.parse(await readFile(join(dir, name), 'utf8')) as { weight_map: Json }
    const [first] = Object.keys(index.weight_map) as [string]
    const shards = [...hostileValues, '..', '.', '/etc/passwd', '../x', 'a\u0000b', 'config.json', 'x'.repeat(255)]
    const mutations = [
      ...replaced(index, 'weight_map', hostileValues),
      ...shards.map((shard): [string, string] => [
        `shard ${JSON.stringify(shard)}`,
        hostileJson({ weight_map: { ...index.weight_map, [first]: shard } }),
      ]),
      ...hostileValues.map((value): [string, string] => ['index', hostileJson(value)]),
      ...['__proto__', '\u001b[2J', 'x'.repeat(1e5)].map((tensor): [string, string] => [
        `tensor ${tensor}`,
        JSON.stringify({ weight_map: Object.fromEntries([[tensor, index.weight_map[first]]]) }),
      ]),
      ...damaged(JSON.stringify(index), 40, 'index'),
    ]
    expect(await faults(dir, name, mutations)).toEqual([])
  })

  it('generation_config.json', async () => {
    const dir = await tinyCheckpoint()
    const mutations = [
      ...['eos_token_id', 'bos_token_id', 'pad_token_id'].flatMap((field) =>
        replaced({}, field, [...hostileNumbers, ...hostileValues]),
      ),
      ...hostileValues.map((value): [string, string] => ['all of it', hostileJson(value)]),
    ]
    expect(await faults(dir, 'generation_config.json', mutations)).toEqual([])
  })

  it('tokenizer_config.json', async () => {
    const demo = join(await tempFolder(), 'demo')
    await cp(path('../../../seeds/demo-model'), demo, { recursive: true })
    const config = JSON.parse(await readFile(join(demo, 'tokenizer_config.json'), 'utf8')) as Json
    const fields = [...Object.keys(config), 'chat_template', 'added_tokens_decoder', 'additional_special_tokens']
    const mutations = [
      ...fields.flatMap((field) => replaced(config, field, hostileValues)),
      ...replaced(config, 'chat_template', [[{ name: { toString: 1 } }, {}], [{ name: 'a' }, null], '{% for %}']),
      ...replaced(config, 'added_tokens_decoder', [{ x: null }, { '-1': { content: 'a' } }, { 3: { content: 4 } }]),
    ]
    expect(await faults(demo, 'tokenizer_config.json', mutations)).toEqual([])
  })

  it('tokenizer.json', async () => {
    const demo = join(await tempFolder(), 'demo')
    await cp(path('../../../seeds/demo-model'), demo, { recursive: true })
    const tokenizer = JSON.parse(await readFile(join(demo, 'tokenizer.json'), 'utf8')) as Json
    const model = tokenizer.model as Json
    const tokens: unknown[] = [[null], [{}], [{ id: 1 }], [{ id: '1', content: 'a' }], [{ id: 1e308, content: 'a' }]]
    const broken = [
      ...Object.keys(tokenizer).flatMap((field) => replaced(tokenizer, field, hostileValues)),
      ...replaced(tokenizer, 'added_tokens', [...tokens, [{ id: 1, content: '' }], [{ id: 5000, content: 'What' }]]),
      ...Object.keys(model).flatMap((field) =>
        hostileValues.map((value): [string, string] => [
          `model.${field} = ${JSON.stringify(value)}`,
          hostileJson({ ...tokenizer, model: { ...model, [field]: value } }),
        ]),
      ),
    ]
    expect(await faults(demo, 'tokenizer.json', broken)).toEqual([])
  })

  it('that are folders, pipes, or too large for their name', async () => {
    const files = ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json']
    for (const name of [...files, 'chat_template.jinja', 'model.safetensors']) {
      const dir = join(await tempFolder(), 'demo')
      await cp(path('../../../seeds/demo-model'), dir, { recursive: true })
      const file = join(dir, name)
      await rm(file, { force: true })
      await mkdir(file)
      await expect(describeModel(dir), name).rejects.toThrow(`${file} is not a file`)
      await rm(file, { recursive: true })
      execFileSync('mkfifo', [file])
      await expect(describeModel(dir), name).rejects.toThrow(`${file} is not a file`)
      if (name === 'model.safetensors') continue
      await rm(file)
      await writeFile(file, '')
      await truncate(file, 2 ** 40)
      await expect(describeModel(dir), name).rejects.toThrow(/has 1048576 MiB; the limit for this file is \d+ MiB/)
    }
  })
})
