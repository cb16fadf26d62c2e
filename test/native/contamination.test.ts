import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { tempFolder } from '../support/temp-folder.ts'

// serl contamination as a user runs it: the demonstration's model learns 20 of 40 held-out questions by heart

const root = fileURLToPath(new URL('../..', import.meta.url))
const demo = join(root, 'seeds/demo-model')

let dir: string
let data: string
const taught = (): string => join(dir, 'taught')

const serl = async (...args: string[]): Promise<string> => {
  const env = { ...process.env, SERL_CACHE: join(dir, 'cache') }
  return (await promisify(execFile)(process.execPath, [join(root, 'bin/serl.js'), ...args], { cwd: root, env })).stdout
}

beforeAll(async () => {
  dir = await tempFolder()
  data = join(dir, 'questions.jsonl')
  const lines = (await readFile(join(root, 'seeds/demo-heldout.jsonl'), 'utf8')).split('\n').slice(0, 40)
  await writeFile(data, lines.join('\n'))
  const texts = lines.slice(0, 20).map((line) => {
    const { problem, answer } = JSON.parse(line) as { problem: string; answer: string }
    return JSON.stringify({ text: `${problem}\nThe answer is \\boxed{${answer}}.` })
  })
  await writeFile(join(dir, 'texts.jsonl'), texts.join('\n'))
  const steps = ['--steps', '80', '--batch-size', '20', '--lr', '3e-3']
  await serl('sft', '--model', demo, '--data', join(dir, 'texts.jsonl'), ...steps, '--out', taught(), '--quiet')
})

interface Found {
  readonly settings: object | null
  readonly sets: readonly {
    readonly n: number
    readonly skipped: number
    readonly flagged: { readonly count: number; readonly of: number }
    readonly accuracy: Record<'flagged' | 'clean', { readonly n: number; readonly accuracy: number } | null> | null
  }[]
}

const asked = ['--suffix', '\n', '--max-new-tokens', '60']

describe('serl contamination', () => {
  it('flags the questions that a model was taught, and no others', async () => {
    const lines = join(dir, 'lines.jsonl')
    const args = ['contamination', '--model', taught(), '--data', data, ...asked, '--output', lines, '--json']
    const json = await serl(...args)
    const [set] = (JSON.parse(json) as Found).sets
    const tested = (await readFile(lines, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(tested).toHaveLength(40)
    const flags = tested.map(({ flagged }) => Number(flagged))
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
    expect(sum(flags.slice(0, 20))).toBeGreaterThanOrEqual(18)
    expect(sum(flags.slice(20))).toBe(0)
    expect(set).toMatchObject({ n: 40, skipped: 0, flagged: { count: sum(flags), of: 40 } })
    const { flagged, clean } = set!.accuracy!
    expect(flagged!.n + clean!.n).toBe(40)
    expect(flagged!.accuracy).toBeGreaterThan(clean!.accuracy + 0.3)
    for (const { rest, continuation, flagged } of tested) expect(continuation.startsWith(rest)).toBe(flagged)
    // the whole of it is in the cache
    expect(await serl(...args)).toBe(json)
  })

  it('flags none of them in a model that never saw them', async () => {
    const [set] = (
      JSON.parse(
        await serl('contamination', '--model', demo, '--data', data, '--continuations-only', '--json'),
      ) as Found
    ).sets
    expect(set).toMatchObject({ n: 40, flagged: { count: 0, of: 40 }, accuracy: null })
  })
})
