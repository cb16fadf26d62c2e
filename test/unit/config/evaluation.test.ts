import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseOverride, readLayers } from '../../../src/config/read-settings.ts'
import { resolveConfig } from '../../../src/config/resolve.ts'
import { configText } from '../../../src/config/text.ts'
import { fakeConfig } from '../../support/fake-run.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const given = (...texts: string[]) => resolveConfig(texts.map(parseOverride)).eval
const rest = { name: null, limit: 0, samples: 0, temperature: null, every: null, answers: null }

describe('eval.sets', () => {
  it.each([
    ['a.jsonl', [{ ...rest, path: resolve('a.jsonl') }]],
    ['{path: a.jsonl, samples: 4}', [{ ...rest, path: resolve('a.jsonl'), samples: 4 }]],
    [
      '[a.jsonl, {path: b.jsonl, name: B, limit: 9, every: 5, answers: choice}]',
      [
        { ...rest, path: resolve('a.jsonl') },
        { ...rest, path: resolve('b.jsonl'), name: 'B', limit: 9, every: 5, answers: 'choice' },
      ],
    ],
    ['[]', []],
    ['', []],
    ['null', []],
  ])('is written as %s', (text, expected) => {
    expect(given(`eval.sets=${text}`).sets).toEqual(expected)
  })

  it('is empty by default, and nothing is sampled', () => {
    expect(given()).toMatchObject({ sets: [], samples: 0, temperature: 1 })
  })

  it('has paths that start from the file that names them, and survives config.yaml', async () => {
    const folder = await tempFolder()
    const file = join(folder, 'my.yaml')
    await writeFile(file, 'eval:\n  sets:\n    - sets/math_500.jsonl\n    - path: /far/gsm8k.jsonl\n      samples: 4\n')
    const config = resolveConfig(await readLayers(file))
    expect(config.eval.sets.map(({ path }) => path)).toEqual([join(folder, 'sets/math_500.jsonl'), '/far/gsm8k.jsonl'])
    const written = join(folder, 'config.yaml')
    await writeFile(written, configText(config))
    expect(resolveConfig(await readLayers(written))).toEqual(config)
  })

  it.each([
    ['5', /^--set: eval\.sets = \[5\]: 0: expected \{path, name, limit, samples, .*\} \(further sets/],
    [
      '[a.jsonl, {pth: b}]',
      /1\.path: expected a text that is not empty[\s\S]*1: there is no "pth" in it; it has path, name/,
    ],
    ['[""]', /0\.path: expected a text that is not empty/],
    ['{path: a, samples: 513}', /0\.samples: expected a whole number from 0 to 512/],
    ['{path: a, samples: 2, temperature: 0}', /0\.temperature: expected a number of at least 0\.0001 or null/],
    ['{path: a, every: 0}', /0\.every: expected a whole number/],
    ['{path: a, name: "a b"}', /0\.name: expected letters, digits, "\.", "-" and "_" only/],
    ['{path: a, answers: module}', /0\.answers: expected one of "math", "choice", "exact", "number" or null/],
  ])('is refused as %s', (text, message) => {
    expect(() => given(`eval.sets=${text}`)).toThrow(message)
  })

  it('is set as a whole', () => {
    expect(() => given('eval.sets.samples=4')).toThrow(/give eval\.sets as a whole: 'eval\.sets=\{samples: VALUE\}'/)
  })
})

describe('evaluations that do not fit together', () => {
  it.each([
    [
      { 'eval.path': null, 'eval.samples': 4 },
      /eval\.samples = 4 .* and there are none: set eval\.path or eval\.holdOut/,
    ],
    [{ 'eval.sets': { path: 'a', temperature: 0.5 } }, /temperature = 0\.5 of a is read only with samples/],
    [
      { 'eval.temperature': 0.5, 'eval.sets': 'a' },
      /eval\.temperature = 0\.5 is read only where an evaluation samples/,
    ],
    [
      { 'eval.samples': 512, 'eval.maxNewTokens': 1e9 },
      /512 samples with eval\.maxNewTokens = 1000000000 make 512000000000 tokens for one question, .* 2147483647/,
    ],
    [{ 'eval.sets': 'a', 'eval.path': null, 'guard.accuracyDrop': { action: 'stop' } }, /needs held-out questions/],
  ])('%j', (over, message) => {
    expect(() => fakeConfig('/nowhere', over)).toThrow(message)
  })

  it('are not these', () => {
    fakeConfig('/nowhere', { 'eval.temperature': 0.5, 'eval.sets': { path: 'a', samples: 2 } })
    fakeConfig('/nowhere', { 'eval.temperature': 0.5, 'eval.samples': 2 })
    fakeConfig('/nowhere', { 'eval.sets': 'a', 'eval.path': null })
  })
})
