import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cacheFolder as cacheFolderOfBuild } from '../../../../scripts/native/cache-folder.mjs'
import { cacheFolder } from '../../../../src/cache-folder.ts'
import { main } from '../../../../src/cli.ts'
import { distinctLabels, readContender } from '../../../../src/commands/compare/contenders.ts'
import { runDefaults } from '../../../../src/commands/compare/run-defaults.ts'
import { setsOf, settingsOf } from '../../../../src/commands/eval/eval-settings.ts'
import { dropLines, keepLines, outputPlaces, publish } from '../../../../src/commands/eval/output-places.ts'
import { resolveConfig } from '../../../../src/config/resolve.ts'
import { type Results, resultsSchema } from '../../../../src/eval/results.ts'
import { heardOutput } from '../../../support/heard-output.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const demo = fileURLToPath(new URL('../../../../seeds/demo-model', import.meta.url))

let folder: string
let said: () => string
beforeEach(async () => {
  folder = await tempFolder()
  said = heardOutput()
  vi.stubEnv('SERL_CACHE', join(folder, 'cache'))
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

const file = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

const copyOf = async (from: string, to: string): Promise<string> => {
  await cp(from, to, { recursive: true })
  return to
}

const refused = async (argv: readonly string[], message: RegExp): Promise<void> => {
  expect(await main(argv)).toBe(2)
  expect(said()).toMatch(message)
  expect(said()).not.toMatch(/\n\s+at /)
}

describe('serl eval refuses', () => {
  const evaluate = (...argv: string[]): string[] => ['eval', '--model', demo, ...argv]

  it.each([
    [['eval'], /required option '--model <folder>'/],
    [evaluate(), /required option '--data <set\.\.\.>' not specified/],
    [evaluate('--data', 'none.jsonl'), /--data none\.jsonl: there is no such file/],
    [
      evaluate('--data', 'x', '--samples', '4', '--temperature', '0'),
      /--samples 4 with --temperature 0 gives the same response 4 times/,
    ],
    [evaluate('--data', 'x', '--samples', '1000'), /Expected a whole number from 1 to 512/],
    [evaluate('--data', 'x', '--answers', 'guess'), /--answers guess: expected one of math, choice, exact, number/],
  ])('%j', (argv, message) => refused(argv, message))

  it('a set with a missing field, an empty set, answers of another kind, an invalid adapter', async () => {
    const lacking = await file('lacking.jsonl', '{"problem":"1 + 1?","answer":"2"}\n{"problem":"1 + 2?","points":3}\n')
    await refused(
      evaluate('--data', lacking),
      /lacking\.jsonl:2: .*no answer found for the set lacking .*the line has problem, points/,
    )
    await refused(evaluate('--data', await file('empty.jsonl', '')), /empty\.jsonl is empty/)
    const broken = await file('broken.jsonl', '{"problem":')
    await refused(evaluate('--data', broken), /broken\.jsonl:1: not valid JSON/)
    const numbers = await file('numbers.jsonl', '{"problem":"1 + 1?","answer":"2"}\n')
    await refused(
      evaluate('--data', numbers, '--answers', 'choice'),
      /numbers\.jsonl:1: the known answer "2" is not a letter A to J/,
    )
    const adapter = await file('adapter.json', '{"name":"numbers","kind":"guess"}')
    await refused(
      evaluate('--data', numbers, '--adapter', adapter),
      /adapter\.json is not a valid adapter: [\s\S]*kind/,
    )
  })

  it('questions that do not fit, and an output that it cannot write', async () => {
    const long = await file('long.jsonl', `${JSON.stringify({ problem: 'How many? '.repeat(900), answer: '2' })}\n`)
    await refused(
      evaluate('--data', long),
      /long\.jsonl:1: the prompt has \d+ tokens, and with --max-new-tokens 1024 it exceeds/,
    )
    await refused(
      evaluate('--data', long, '--output', join(long, 'out')),
      /--output .*out: cannot make the folder \(a part of the path is a file, not a folder\)/,
    )
  })
})

describe('serl compare refuses', () => {
  it('what is not a model, run or results file', async () => {
    await refused(['compare', demo], /nothing to compare .*demo-model with: give two models/)
    await refused(['compare', demo, demo], /--data is missing: name the question sets/)
    await refused(['compare', join(folder, 'none')], /none: no such file or folder/)
    await mkdir(join(folder, 'nothing'))
    await refused(['compare', join(folder, 'nothing')], /nothing is not a run \(config\.yaml\), a model/)
    await refused(
      ['compare', await file('a.json', '{"version":2}')],
      /a\.json: not the results that serl eval --output writes: version/,
    )
    await refused(['compare', await file('b.json', 'text')], /b\.json: not the results of an evaluation/)
  })
})

describe('contenders', () => {
  it('of a run are its starting model and its last', async () => {
    const run = join(folder, 'run')
    await mkdir(join(run, 'final'), { recursive: true })
    await writeFile(join(run, 'config.yaml'), `model:\n  path: ${demo}\neval:\n  holdOut: 3\n`)
    await writeFile(join(run, 'held-out.jsonl'), '{"problem":"p","answer":"1"}\n')
    const named = await readContender(`${run}/`)
    expect(named).toMatchObject([
      { label: 'run start', model: demo, run: { heldOut: join(run, 'held-out.jsonl') } },
      { label: 'run final', model: join(run, 'final') },
    ])
    const labels = distinctLabels([...named, ...named]).map(({ label }) => label)
    expect(labels).toEqual(['run start', 'run final', 'run start (2)', 'run final (2)'])
    const [other] = await readContender(await copyOf(run, join(folder, 'later', 'run')))
    expect(distinctLabels([named[1]!, named[0]!, other!]).map(({ label }) => label)).toEqual([
      'run final',
      `${basename(folder)}/run start`,
      'later/run start',
    ])
  })
})

describe("a run's defaults", () => {
  const config = resolveConfig(
    Object.entries({
      'eval.path': 'held.jsonl',
      'eval.limit': 7,
      'eval.maxNewTokens': 60,
      'reward.answers': 'number',
      'reward.tolerance': 0.1,
      'model.dtype': 'bfloat16',
      'rollout.suffix': '!',
    }).map(([key, value]) => ({ key, value, origin: 'test' })),
  )

  it('are all its own on its own questions; other sets keep their suffix and their answers', () => {
    expect(runDefaults({ config, heldOut: 'held.jsonl', layout: {}, note: null }, true)).toMatchObject({
      settings: { template: 'none', suffix: '!', maxNewTokens: 60 },
      reading: { limit: 7, answers: { kind: 'number', tolerance: 0.1 } },
      engine: { device: 'cpu', dtype: 'bfloat16', date: '2024-07-26' },
    })
    expect(runDefaults({ config, heldOut: 'held.jsonl', layout: {}, note: null }, false)).toEqual({
      settings: { template: 'none', layout: {}, maxNewTokens: 60 },
      reading: {},
      engine: { device: 'cpu', dtype: 'bfloat16', date: '2024-07-26' },
    })
  })

  it('decide how its questions are read, unless a flag says otherwise', async () => {
    const held = await file('held.jsonl', '{"problem":"p","answer":"1"}\n{"problem":"q","answer":"2"}\n')
    const reading = { limit: 1, answers: { kind: 'number', tolerance: 0.1 } } as const
    const flags = { samples: 1, topP: 1, presencePenalty: 0, fewShot: 0, adapter: [], batch: 1, quiet: true }
    const [set] = await setsOf([held], flags, reading)
    expect(set).toMatchObject({ kind: 'number', tolerance: 0.1 })
    expect(set!.items.length).toBe(1)
    const [whole] = await setsOf([held], { ...flags, limit: 0, answers: 'exact' }, reading)
    expect(whole).toMatchObject({ kind: 'exact', tolerance: 0, items: [{ line: 1 }, { line: 2 }] })
  })
})

describe('settings', () => {
  const flags = { samples: 1, topP: 1, presencePenalty: 0, limit: 0, fewShot: 0, adapter: [], batch: 1 }

  it('are greedy for one sample, and the run’s unless a flag says otherwise', () => {
    expect(settingsOf(flags)).toMatchObject({ temperature: 0, maxNewTokens: 1024, template: 'auto', suffix: null })
    expect(settingsOf({ ...flags, samples: 2 })).toMatchObject({ temperature: 1 })
    const run = { template: 'none', suffix: '\n', maxNewTokens: 60 } as const
    expect(settingsOf(flags, run)).toMatchObject(run)
    expect(settingsOf({ ...flags, suffix: '', maxNewTokens: 9 }, run)).toMatchObject({ suffix: '', maxNewTokens: 9 })
  })
})

/** Results of sets by name, each with nothing in them. */
const resultsOf = (...names: string[]): Results =>
  resultsSchema.parse({
    version: 1,
    model: { path: 'm', fingerprint: 'f', device: 'cpu', dtype: 'float32' },
    settings: {
      ...{ samples: 1, temperature: 0, topP: 1, presencePenalty: 0, maxNewTokens: 9, seed: 0 },
      ...{ template: 'auto', suffix: null, fewShot: 0 },
    },
    sets: names.map((name) => ({
      ...{ name, title: name, source: name, answers: 'math', n: 1, samples: 1, accuracy: 1, interval: [0, 1] },
      ...{ intervalMethod: 'wilson', passAt: {}, majorityAt: {}, meanTokens: 1, eosRate: 1, answerless: 0, by: {} },
      items: [],
    })),
    average: 1,
  })

describe('places', () => {
  it('hold the lines of the sets in the results, and no others', async () => {
    const places = await outputPlaces(join(folder, 'out'))
    for (const sets of [
      ['a', 'b'],
      ['b', 'c'],
    ]) {
      for (const set of sets) await keepLines(places, set, [{ of: sets }])
      await publish(places, resultsOf(...sets))
    }
    expect((await readdir(places.items)).sort()).toEqual(['b.jsonl', 'c.jsonl'])
    expect(await readFile(join(places.items, 'b.jsonl'), 'utf8')).toBe('{"of":["b","c"]}\n')
    // stopped before the end: what was there stays
    await keepLines(places, 'b', [{ of: 'a stopped one' }])
    await dropLines(places, ['b', 'd'])
    expect((await readdir(places.items)).sort()).toEqual(['b.jsonl', 'c.jsonl'])
    expect(await readFile(join(places.items, 'b.jsonl'), 'utf8')).toBe('{"of":["b","c"]}\n')
  })

  it('are in a folder, or next to the results file', async () => {
    const out = join(folder, 'out')
    expect(await outputPlaces(out)).toEqual({
      json: join(out, 'results.json'),
      markdown: join(out, 'results.md'),
      items: join(out, 'items'),
    })
    expect(await outputPlaces(join(out, 'a.json'))).toEqual({
      json: join(out, 'a.json'),
      markdown: join(out, 'a.md'),
      items: join(out, 'a-items'),
    })
    await writeFile(join(folder, 'file'), await readFile(join(demo, 'config.json')))
    await expect(outputPlaces(join(folder, 'file'))).rejects.toThrow(/is a file/)
  })

  it('of the cache are those of the build', () => {
    const cases: [Record<string, string>, string][] = [
      [{}, 'linux'],
      [{}, 'darwin'],
      [{ SERL_CACHE: 'here' }, 'linux'],
      [{ XDG_CACHE_HOME: '/x' }, 'linux'],
      [{ XDG_CACHE_HOME: 'relative' }, 'linux'],
    ]
    for (const [env, platform] of cases) {
      expect(cacheFolder(env, platform, '/home/me')).toBe(cacheFolderOfBuild(env, platform, '/home/me'))
    }
  })
})

describe('help', () => {
  it.each(['eval', 'compare'])('of serl %s lists its own options before those of every command', async (command) => {
    expect(await main([command, '--help'])).toBe(0)
    const [own, others] = said().split('Options of every command that opens a model:')
    expect(own).toContain('--data <set...>')
    expect(own).toContain('--fresh')
    expect(others).toContain('--device <device>')
    expect(others).not.toContain('--fresh')
  })
})
