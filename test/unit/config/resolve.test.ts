import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { requirePaths } from '../../../src/config/check.ts'
import { settings } from '../../../src/config/keys.ts'
import { flagSetting, parseOverride, presetNames, readLayers } from '../../../src/config/read-settings.ts'
import { resolveConfig } from '../../../src/config/resolve.ts'
import { configText } from '../../../src/config/text.ts'
import { UserError } from '../../../src/errors.ts'
import { tempFolder } from '../../support/temp-folder.ts'

async function yaml(text: string): Promise<string> {
  const file = join(await tempFolder(), 'my.yaml')
  await writeFile(file, text)
  return file
}

const load = async (text: string, ...overrides: string[]) =>
  resolveConfig([...(await readLayers(await yaml(text))), ...overrides.map(parseOverride)])

describe('defaults', () => {
  it('are the paper’s', () => {
    const config = resolveConfig([])
    expect(config.instruct).toMatchObject({
      examples: 8,
      fromPool: 2,
      temperature: 0.8,
      topP: 0.95,
      presencePenalty: 2,
    })
    expect(config.rollout).toMatchObject({
      samplesPerPrompt: 16,
      promptsPerStep: 16,
      temperature: 1,
      maxNewTokens: 1024,
    })
    expect(config.rollout).toMatchObject({ template: 'none', suffix: '' })
    expect(config.difficulty).toMatchObject({ low: 0.2, high: 0.8 })
    expect(config.advantage).toEqual({ estimator: 'reinforce++', gamma: 1 })
    expect(config.update).toMatchObject({ sequencesPerStep: 16, epochs: 1, clipLow: 0.2, clipHigh: 0.2 })
    expect(config.optimizer).toMatchObject({ lr: 5e-7, beta1: 0.9, beta2: 0.95, weightDecay: 0, maxGradNorm: 1 })
    expect(config.optimizer).toMatchObject({ schedule: 'cosine', warmup: 0.03 })
  })

  it('have a line of documentation for every setting', () => {
    for (const [key, text] of settings) expect(text, key).not.toBe('')
    // where two share a line, it does not say which setting it is about
    expect(new Set(settings.values()).size).toBe(settings.size)
    expect(settings.size).toBeGreaterThan(60)
  })

  it('are frozen', () => {
    const config = resolveConfig([])
    expect(() => {
      ;(config.rollout as { topP: number }).topP = 0.5
    }).toThrow(TypeError)
  })
})

describe('layers', () => {
  it('apply in order: file, --set, flag', async () => {
    const layers = [
      ...(await readLayers(await yaml('rollout:\n  temperature: 0.5\n  maxRounds: 5\ntrain:\n  steps: 7\n'))),
      parseOverride('rollout.maxRounds=6'),
      parseOverride('train.steps=8'),
      ...flagSetting('--steps', 'train.steps', 9),
      ...flagSetting('--seed', 'train.seed', undefined),
    ]
    const config = resolveConfig(layers)
    expect(config.rollout).toMatchObject({ temperature: 0.5, maxRounds: 6 })
    expect(config.train).toMatchObject({ steps: 9, seed: 0 })
  })

  it('takes values as YAML: numbers, lists, null, text', async () => {
    const config = await load('', 'reward.clip=[-1, 1]', 'eval.path=null', 'rollout.suffix=\\n=', 'optimizer.lr=1e-6')
    expect(config.reward.clip).toEqual([-1, 1])
    expect(config.eval.path).toBeNull()
    expect(config.rollout.suffix).toBe('\\n=')
    expect(config.optimizer.lr).toBe(1e-6)
  })

  it('takes any text for a setting that holds one', async () => {
    const given = [
      'rollout.prompt={question} =',
      'rollout.suffix=5',
      "rollout.system='a: b'",
      'panel.view=Hm: {question}',
    ]
    const config = await load('', ...given, 'instruct.header=')
    expect(config.rollout).toMatchObject({ prompt: '{question} =', suffix: '5', system: 'a: b' })
    expect(config.panel.view).toBe('Hm: {question}')
    expect(config.instruct.header).toBe('')
  })

  it('resolves paths in a file against its folder, and flags against the working directory', async () => {
    const file = await yaml('seeds:\n  path: data/seeds.jsonl\n')
    const config = resolveConfig([...(await readLayers(file)), ...flagSetting('--model', 'model.path', 'models/m')])
    expect(config.seeds.path).toBe(join(file, '..', 'data', 'seeds.jsonl'))
    expect(config.model.path).toBe(join(process.cwd(), 'models', 'm'))
  })

  it('starts from the preset that a file names', async () => {
    const config = await load('preset: demo\noptimizer:\n  lr: 0.5\n')
    expect(config.optimizer).toMatchObject({ lr: 0.5, warmup: 3 })
    expect(config.rollout.samplesPerPrompt).toBe(8)
  })
})

describe('presets', () => {
  it.each(['demo', 'cpu-100m', 'dapo', 'llama-3.2-3b-instruct', 'qwen2.5-7b-instruct'])(
    '%s is complete',
    async (name) => {
      expect(presetNames()).toContain(name)
      expect(resolveConfig(await readLayers(name)).train.steps).toBeGreaterThan(0)
    },
  )

  it.each(['llama-3.2-3b-instruct', 'qwen2.5-7b-instruct'])('%s runs the paper’s three iterations', async (name) => {
    const { train, optimizer, kl, update } = resolveConfig(await readLayers(name))
    expect(train).toMatchObject({ steps: 125, iterations: 3, instructions: 2000 })
    expect([optimizer.lr, kl.coef, update.lossMean]).toEqual([5e-7, 1e-3, 'sequence'])
  })

  it('win over a file or folder of the same name in the working directory', async () => {
    const [folder, before] = [await tempFolder(), process.cwd()]
    await mkdir(join(folder, 'demo'))
    await writeFile(join(folder, 'cpu-100m'), 'train:\n  steps: 77\n')
    const presets = await Promise.all(['demo', 'cpu-100m'].map(readLayers))
    process.chdir(folder)
    try {
      expect(await Promise.all(['demo', 'cpu-100m'].map(readLayers))).toEqual(presets)
      expect(resolveConfig(await readLayers('./cpu-100m')).train.steps).toBe(77)
      await expect(readLayers('./demo')).rejects.toThrow(/cannot read \.\/demo: it is a folder/)
    } finally {
      process.chdir(before)
    }
  })

  it('have the recipe of the demonstration', async () => {
    const config = resolveConfig(await readLayers('demo'))
    expect(config.model.path).toBe(join(process.cwd(), 'seeds', 'demo-model'))
    expect(config.instruct).toMatchObject({
      promptsPerRound: 4,
      samplesPerPrompt: 5,
      presencePenalty: 0,
      maxNewTokens: 110,
    })
    expect(config.rollout).toMatchObject({ promptsPerStep: 16, samplesPerPrompt: 8, maxNewTokens: 60, maxRounds: 4 })
    expect(config.optimizer).toMatchObject({ lr: 2e-4, schedule: 'constant', warmup: 3 })
    expect(config.kl).toMatchObject({ coef: 1e-3, place: 'reward', estimator: 'k1' })
  })
})

describe('mistakes', () => {
  it.each([
    ['rolout:\n  topP: 1\n', /my\.yaml: unknown config key rolout; did you mean rollout\?/],
    [
      'rollout:\n  temprature: 1\n',
      /my\.yaml: unknown config key rollout\.temprature; did you mean rollout\.temperature\?/,
    ],
    ['xyzzy: 1\n', /unknown config key xyzzy; the groups are model, seeds/],
    ['rollout:\n  frobnicate: 1\n', /rollout has rollout\.promptsPerRound, /],
    ['rollout: 5\n', /rollout is a group of settings, found 5/],
    ['rollout:\n  temperature: hot\n', /my\.yaml: rollout\.temperature = "hot": expected a number of at least 0\.0001/],
    ['rollout:\n  temperature: 0\n', /rollout\.temperature = 0: expected a number of at least 0\.0001 \(/],
    ['kl:\n  place: outside\n', /kl\.place = "outside": expected one of "reward", "loss"/],
    ['model:\n  device: gpu\n', /model\.device = "gpu": expected cpu, cuda or cuda:N; did you mean cuda\?/],
    [
      'model:\n  dtype: fp16\n',
      /model\.dtype = "fp16": expected one of .*; float16 is not supported: did you mean bfloat16\?/,
    ],
    ['model:\n  path: ""\n', /model\.path = "": expected a text that is not empty or null/],
    ['kl:\n  coef: .inf\n', /kl\.coef = Infinity: expected a number of at least 0 \(/],
    ['kl:\n  monitor: 1\n', /kl\.monitor = 1: expected true or false/],
    ['reward:\n  clip: [1, x]\n', /reward\.clip = \[1,"x"\]: 1: expected a number \(/],
    ['reward:\n  clip: [1]\n', /reward\.clip = \[1\]: expected \[a number, a number\]/],
    ['filter:\n  blacklist: [1]\n', /filter\.blacklist = \[1\]: 0: expected a text/],
    [
      'learning_rate: 1\n',
      /unknown config key learning_rate; did you mean optimizer\.lr\? \(docs\/coming-from-openrlhf\.md\)/,
    ],
    ['optimizer:\n  learning_rate: 1\n', /unknown config key optimizer\.learning_rate; did you mean optimizer\.lr\?/],
    ['model:\n  model_name_or_path: x\n', /did you mean model\.path\?/],
    ['train:\n  steps: 1.5\n', /train\.steps = 1\.5: expected a whole number from 1 to 1000000000/],
    ['difficulty:\n  low: 0.9\n', /difficulty\.low = 0\.9 is above difficulty\.high = 0\.8/],
    ['reward:\n  kind: rule\n', /reward\.kind = rule needs known answers/],
    ['reward:\n  answers: module\n', /reward\.answers = module and reward\.module = null/],
    ['reward:\n  kind: module\n', /reward\.kind = module and reward\.scorer = null contradict each other/],
    ['reward:\n  scorer: a.mjs\n', /reward\.kind = majority and reward\.scorer = .*a\.mjs contradict each other/],
    ['kl:\n  coef: 0\n  target: 0.1\n', /kl\.target = 0\.1 adjusts kl\.coef, which must start above 0/],
    ['guard:\n  kl: {action: panic}\n', /guard\.kl = \{"action":"panic"\}: action: expected one of "log", "stop"/],
    [
      'guard:\n  kl: {over: 1}\n',
      /guard\.kl = \{"over":1\}: there is no "over" in it; it has below, above, steps, action/,
    ],
    ['guard:\n  entropy: {below: 2, above: 1}\n', /below must be less than above/],
    ['guard:\n  accuracyDrop: {action: stop}\n', /accuracyDrop\.action = stop needs held-out questions/],
    ['preset: nope\n', /my\.yaml: preset: "nope" is none of .*demo/],
    ['a: [1\n', /my\.yaml:2:1: indented differently .* a \[ or \{ above is not closed/],
    ['- 1\n', /expected groups of settings/],
  ])('%j', async (text, message) => {
    await expect(load(text)).rejects.toThrow(message)
    await expect(load(text)).rejects.toBeInstanceOf(UserError)
  })

  it.each([
    ['rollout.topP', /--set rollout\.topP: expected group\.key=value/],
    [
      'guard.kl.action=log',
      /--set: unknown config key guard\.kl\.action; give guard\.kl as a whole: 'guard\.kl=\{action: VALUE\}'/,
    ],
    ['rollout.topp=1', /--set: unknown config key rollout\.topp; did you mean rollout\.topP\?/],
  ])('--set %s', (text, message) => {
    expect(() => parseOverride(text)).toThrow(message)
  })

  it('names every problem at once', async () => {
    await expect(load('rollout:\n  temperature: hot\n  topP: 2\n')).rejects.toThrow(/temperature[\s\S]*\n[\s\S]*topP/)
  })

  it.each([
    ['rollout=', /--set: rollout is a group of settings: give rollout\.NAME=value; it has rollout\./],
    ['kl.=1', /--set: kl is a group of settings: .*kl\.coef/],
  ])('--set %s: a group is no setting', (text, message) => {
    expect(() => parseOverride(text)).toThrow(message)
  })

  it('refuses what is neither file nor preset', async () => {
    await expect(readLayers('demoo')).rejects.toThrow(
      /no config file demoo and no preset of that name; did you mean demo\?/,
    )
  })

  it('says which settings a run still needs', () => {
    expect(() => requirePaths(resolveConfig([]))).toThrow(/no model: give --model FOLDER/)
    const withModel = resolveConfig([parseOverride('model.path=x')])
    expect(() => requirePaths(withModel)).toThrow(/no seed questions: give --seeds/)
  })
})

describe('configText', () => {
  it('reads back as the same config, with a comment for each setting', async () => {
    const config = resolveConfig([...(await readLayers('demo')), parseOverride('rollout.suffix="\\n= "')])
    const text = configText(config)
    expect(parse(text)).toEqual(config)
    const file = await yaml(text)
    expect(resolveConfig(await readLayers(file))).toEqual(config)
    expect(text).toContain(
      '  # responses per question that are sampled, vote and are trained on; reward.votes samples more\n  samplesPerPrompt: 8',
    )
  })
})
