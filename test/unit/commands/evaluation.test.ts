import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cacheFolder as cacheFolderOfBuild } from '../../../scripts/native/cache-folder.mjs'
import { cacheFolder } from '../../../src/cache-folder.ts'
import { main } from '../../../src/cli.ts'
import { distinctLabels, readContender } from '../../../src/commands/contenders.ts'
import { outputPlaces } from '../../../src/commands/eval-output.ts'
import { settingsOf } from '../../../src/commands/eval-settings.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const demo = fileURLToPath(new URL('../../../seeds/demo-model', import.meta.url))

let folder: string
let said: string
beforeEach(async () => {
  folder = await tempFolder()
  said = ''
  for (const stream of [process.stderr, process.stdout]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said += String(text)
      return true
    })
  }
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

const refused = async (argv: readonly string[], message: RegExp): Promise<void> => {
  expect(await main(argv)).toBe(2)
  expect(said).toMatch(message)
  expect(said).not.toMatch(/\n\s+at /)
}

describe('serl eval refuses', () => {
  const evaluate = (...argv: string[]): string[] => ['eval', '--model', demo, ...argv]

  it.each([
    [['eval'], /required option '--model <folder>'/],
    [evaluate(), /--data SET\.\.\.: which question sets/],
    [evaluate('--data', 'none.jsonl'), /--data none\.jsonl: there is no such file/],
    [evaluate('--data', 'x', '--samples', '4', '--temperature', '0'), /--samples 4 with --temperature 0 gives 4 times/],
    [evaluate('--data', 'x', '--samples', '1000'), /Expected a whole number from 1 to 512/],
    [evaluate('--data', 'x', '--answers', 'guess'), /--answers guess: expected one of math, choice, exact, number/],
  ])('%j', (argv, message) => refused(argv, message))

  it('a set with a missing field, an empty one, one of another kind, an adapter with a wrong one', async () => {
    const lacking = await file('lacking.jsonl', '{"problem":"1 + 1?","answer":"2"}\n{"problem":"1 + 2?","points":3}\n')
    await refused(
      evaluate('--data', lacking),
      /lacking\.jsonl:2: .*no answer found for the set lacking .*the line has problem, points/,
    )
    await refused(evaluate('--data', await file('empty.jsonl', '')), /empty\.jsonl is empty/)
    const broken = await file('broken.jsonl', '{"problem":')
    await refused(evaluate('--data', broken), /broken\.jsonl:1: not a line of JSON/)
    const numbers = await file('numbers.jsonl', '{"problem":"1 + 1?","answer":"2"}\n')
    await refused(
      evaluate('--data', numbers, '--answers', 'choice'),
      /numbers\.jsonl:1: the known answer "2" is not a letter A to J/,
    )
    const adapter = await file('adapter.json', '{"name":"numbers","kind":"guess"}')
    await refused(
      evaluate('--data', numbers, '--adapter', adapter),
      /adapter\.json is no adapter of a set: [\s\S]*kind/,
    )
  })

  it('questions that do not fit, and a place that it cannot write to', async () => {
    const long = await file('long.jsonl', `${JSON.stringify({ problem: 'How many? '.repeat(900), answer: '2' })}\n`)
    await refused(
      evaluate('--data', long),
      /long\.jsonl:1: the prompt has \d+ tokens, and with --max-new-tokens 1024 it passes/,
    )
    await refused(
      evaluate('--data', long, '--output', join(long, 'out')),
      /--output .*out: cannot make the folder \(ENOTDIR\)/,
    )
  })
})

describe('serl compare refuses', () => {
  it('what is no model, run or results', async () => {
    await refused(['compare', demo], /demo-model with what\? Give two models/)
    await refused(['compare', demo, demo], /--data SET\.\.\.: on which question sets/)
    await refused(['compare', join(folder, 'none')], /none: there is no such file or folder/)
    await mkdir(join(folder, 'nothing'))
    await refused(['compare', join(folder, 'nothing')], /nothing is no run \(config\.yaml\), no model/)
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
  })
})

describe('settings', () => {
  const flags = { samples: 1, topP: 1, presencePenalty: 0, limit: 0, fewShot: 0, adapter: [], batch: 1 }

  it('are greedy for one sample, and the run’s where no flag says otherwise', () => {
    expect(settingsOf(flags)).toMatchObject({ temperature: 0, maxNewTokens: 1024, template: 'auto', suffix: null })
    expect(settingsOf({ ...flags, samples: 2 })).toMatchObject({ temperature: 1 })
    const run = { template: 'none', suffix: '\n', maxNewTokens: 60 } as const
    expect(settingsOf(flags, run)).toMatchObject(run)
    expect(settingsOf({ ...flags, suffix: '', maxNewTokens: 9 }, run)).toMatchObject({ suffix: '', maxNewTokens: 9 })
  })
})

describe('places', () => {
  it('are in a folder, or beside the results file', async () => {
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
