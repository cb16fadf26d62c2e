import { existsSync } from 'node:fs'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { configJsonSchema } from '../../../../src/config/json-schema.ts'
import { settings } from '../../../../src/config/keys.ts'
import { configSchemaFile, presetNames, readLayers } from '../../../../src/config/read-settings.ts'
import { resolveConfig } from '../../../../src/config/resolve.ts'
import { commandTrial } from '../../../support/command-trial.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const model = join(root, 'seeds/demo-model')
const seeds = join(root, 'seeds/demo-seeds.jsonl')
const trial = commandTrial()
const init = (...flags: string[]): Promise<number> => trial.serl('init', '--model', model, '--seeds', seeds, ...flags)

describe('serl init', () => {
  it('writes a config that serl train takes, with what the memory plan chose', async () => {
    const out = join(trial.folder, 'mine.yaml')
    expect(await init('--out', out, '--hours', '0.5')).toBe(0)
    const config = resolveConfig(await readLayers(out))
    expect(config.model).toMatchObject({ path: model, device: 'cpu' })
    expect(config.seeds.path).toBe(seeds)
    expect(config.model.kvCacheGiB).toBeGreaterThan(0)
    expect(config.update.tokensPerMicroBatch).toBeGreaterThan(0)
    expect(config.update.checkpointing).toBe(false)
    expect(config.eval.holdOut).toBe(30)
    expect(trial.said()).toMatch(/mine\.yaml --dry-run/)
    trial.forget()
    expect(await trial.serl('train', out, '--dry-run', '--quiet')).toBe(0)
  })

  it('explains each setting, and offers others with the values that they have', async () => {
    const out = join(trial.folder, 'read.yaml')
    await init('--out', out, '--quiet')
    const text = await readFile(out, 'utf8')
    expect(text).toContain(`  # ${settings.get('train.steps')}\n  steps: `)
    // every comment that is a setting becomes one, and changes nothing
    const bare = text.replaceAll(/^( *)# (\w+:( |$))/gm, '$1$2')
    expect(bare).not.toBe(text)
    const other = join(trial.folder, 'bare.yaml')
    await writeFile(other, bare)
    expect(resolveConfig(await readLayers(other))).toEqual(resolveConfig(await readLayers(out)))
  })

  it('has more steps for more hours', async () => {
    const steps = async (hours: string): Promise<number> => {
      const out = join(trial.folder, `for-${hours}.yaml`)
      await init('--out', out, '--hours', hours, '--quiet')
      return resolveConfig(await readLayers(out)).train.steps
    }
    const [one, ten] = [await steps('1'), await steps('10')]
    expect(ten / one).toBeCloseTo(10, 0)
  })

  it('names the schema that it was written for', async () => {
    const out = join(trial.folder, 'schema.yaml')
    await init('--out', out, '--quiet')
    const [, path] = /^# yaml-language-server: \$schema=(.*)\n/.exec(await readFile(out, 'utf8'))!
    expect(existsSync(join(trial.folder, path!)) || existsSync(path!)).toBe(true)
  })

  it('never replaces a file unless it is told to', async () => {
    const out = await trial.file('there.yaml', 'mine\n')
    await trial.refused(init('--out', out), /there\.yaml exists, and is left as it is: .*--force/)
    expect(await readFile(out, 'utf8')).toBe('mine\n')
    const link = join(trial.folder, 'link.yaml')
    await symlink(out, link)
    await trial.refused(init('--out', link), /exists/)
    expect(await init('--out', out, '--force', '--json')).toBe(0)
    expect(await readFile(out, 'utf8')).not.toBe('mine\n')
  })

  it('says what is missing where it cannot ask', async () => {
    await trial.refused(trial.serl('init', '--model', model), /--model FOLDER and --seeds FILE/)
    const none = [
      'init',
      '--model',
      model,
      '--seeds',
      join(trial.folder, 'none.jsonl'),
      '--out',
      join(trial.folder, 'x.yaml'),
    ]
    await trial.refused(trial.serl(...none), /none\.jsonl/)
    expect(existsSync(join(trial.folder, 'x.yaml'))).toBe(false)
  })
})

describe('the JSON schema of the config', () => {
  const schema = configJsonSchema(presetNames())

  it('is the committed one', async () => {
    expect(JSON.parse(await readFile(configSchemaFile(), 'utf8'))).toEqual(schema)
  })

  it('has every setting, with its line of documentation', () => {
    const groups = schema.properties as Record<string, { properties: Record<string, { description?: string }> }>
    for (const [key, help] of settings) {
      const [group, name] = key.split('.') as [string, string]
      expect(groups[group]!.properties[name]!.description, key).toBe(help)
    }
  })

  const allows = (text: string): boolean =>
    z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(parseDocument(text).toJS()).success

  it('allows every preset, and names itself in each', async () => {
    for (const name of presetNames()) {
      const text = await readFile(join(root, 'presets', `${name}.yaml`), 'utf8')
      expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=config.schema.json')
      expect(allows(text), name).toBe(true)
    }
  })

  it('allows what a config may be, and not what it may not', () => {
    for (const good of [
      'preset: demo',
      'rollout:',
      'eval: {sets: gsm8k.jsonl}',
      'eval: {sets: [a.jsonl, {path: b.jsonl, samples: 4}]}',
      'guard: {kl: {above: 0.2, action: stop}}',
    ])
      expect(allows(good), good).toBe(true)
    for (const bad of [
      'preset: dmeo',
      'rolout: {}',
      'rollout: {temperatur: 1}',
      'train: {steps: 0}',
      'train: {steps: many}',
      'eval: {sets: [{pth: b.jsonl}]}',
      'guard: {kl: {action: explode}}',
    ])
      expect(allows(bad), bad).toBe(false)
  })
})
