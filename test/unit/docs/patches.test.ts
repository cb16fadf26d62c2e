// The walks of docs/architecture.md, applied: each patch in test/patches is a small change that a newcomer may make.
// To update a patch that no longer applies, make its change in src and run: git diff -U1 src > test/patches/NAME.patch
import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { tempFolder } from '../../support/temp-folder.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const patches = ['add-estimator', 'add-filter-rule'] as const
const patchPath = (name: string): string => join(root, 'test/patches', `${name}.patch`)

let copy = ''
beforeAll(async () => {
  copy = await tempFolder()
  cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true })
  for (const name of ['node_modules', 'presets', 'package.json']) symlinkSync(join(root, name), join(copy, name))
  // outside any repository, whatever hook or tool runs the tests
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
  for (const name of patches) {
    execFileSync('git', ['apply', '--whitespace=nowarn', patchPath(name)], { cwd: copy, env, stdio: 'pipe' })
  }
})

// biome-ignore lint/suspicious/noExplicitAny: the patched module has what its own types do not know yet
const patched = (path: string): Promise<any> => import(/* @vite-ignore */ pathToFileURL(join(copy, path)).href)

const sourceFiles = (name: string): string[] =>
  [...readFileSync(patchPath(name), 'utf8').matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, file]) => file!)

it.each(patches)('%s touches at most 2 source files', (name) => {
  const files = sourceFiles(name)
  expect(files.length).toBeGreaterThan(0)
  expect(files.length).toBeLessThanOrEqual(2)
  for (const file of files) expect(file).toMatch(/^src\//)
})

it('the patched sources have no type error', { timeout: 120_000 }, () => {
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
  writeFileSync(
    join(copy, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['src'], exclude: ['src/page/client'] }),
  )
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '--noEmit', '-p', copy], { stdio: 'pipe' })
})

describe('the new estimator', () => {
  it('is a value of its setting, in addition to the existing ones', async () => {
    const { configSchema } = await patched('src/config/schema.ts')
    expect(configSchema.parse({ advantage: { estimator: 'range' } }).advantage.estimator).toBe('range')
    expect(configSchema.parse({}).advantage.estimator).toBe('reinforce++')
  })

  it('computes advantages from the rewards of a group', async () => {
    const { computeAdvantages } = await patched('src/rl/advantage.ts')
    const group = (rewards: number[]) => ({
      rewards: Float32Array.from(rewards),
      lengths: rewards.map(() => 2),
      kl: null,
    })
    const params = { estimator: 'range', gamma: 1, klCoef: 0, rewardClip: [-10, 10] }
    const advantages: Float32Array[][] = computeAdvantages([group([0, 50, 100, 50]), group([3, 3])], params)
    expect(advantages.map((rows) => rows.map((row) => [...row]))).toEqual([
      [
        [-0.5, -0.5],
        [0, 0],
        [0.5, 0.5],
        [0, 0],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ])
  })
})

describe('the new filter rule', () => {
  const question = 'How much is 123456 apples and 7 pears?'

  it('rejects by its setting, in its place among the rules', async () => {
    const { filterQuestions, indexTexts } = await patched('src/filter/filter.ts')
    const { configSchema } = await patched('src/config/schema.ts')
    const verdict = (filter: object, text = question) =>
      filterQuestions([{ text }], { config: configSchema.parse({ filter }).filter, known: indexTexts([]) })[0]
    expect(verdict({})).toMatchObject({ accepted: true, reason: null })
    expect(verdict({ maxDigits: 7 })).toMatchObject({ accepted: true, reason: null })
    expect(verdict({ maxDigits: 6 })).toMatchObject({ accepted: false, reason: 'too-many-digits' })
    expect(verdict({ maxDigits: 6, minWords: 10 })).toMatchObject({ reason: 'too-short' })
  })

  it('is known to the command line by its key', async () => {
    const { parseOverride } = await patched('src/config/read-settings.ts')
    expect(parseOverride('filter.maxDigits=6')).toMatchObject({ key: 'filter.maxDigits', value: 6 })
  })
})
