import { type ChildProcess, spawn } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { tempFolder } from '../support/temp-folder.ts'

// serl eval and serl compare as a user runs them, on the real engine, with the demonstration's model

const root = fileURLToPath(new URL('../..', import.meta.url))
const model = join(root, 'seeds/demo-model')
const asked = ['--suffix', '\n', '--max-new-tokens', '60']

let dir: string
let data: string
let questions: { problem: string; answer: string }[]
beforeAll(async () => {
  dir = await tempFolder()
  data = join(dir, 'questions.jsonl')
  const lines = (await readFile(join(root, 'seeds/demo-heldout.jsonl'), 'utf8')).split('\n').slice(0, 40)
  questions = lines.map((line) => JSON.parse(line) as { problem: string; answer: string })
  await writeFile(data, lines.join('\n'))
})

function start(cache: string, args: readonly string[]): { child: ChildProcess; ended: Promise<string> } {
  const env = { ...process.env, SERL_CACHE: join(dir, cache) }
  const child = spawn(process.execPath, [join(root, 'bin/serl.js'), ...args], { cwd: root, env })
  let stdout = ''
  child.stdout!.on('data', (text) => (stdout += text))
  return { child, ended: new Promise((resolve) => child.on('close', () => resolve(stdout))) }
}

const serl = (cache: string, ...args: string[]): Promise<string> => start(cache, args).ended

/** The lines of the only file of answers in a cache, behind its header. */
async function cachedLines(cache: string): Promise<string[]> {
  const folder = join(dir, cache, 'eval')
  const files = (await readdir(folder, { recursive: true }).catch(() => [])).filter((name) => name.endsWith('.jsonl'))
  const text = files.length === 0 ? '' : await readFile(join(folder, files[0]!), 'utf8')
  return text.split('\n').filter((line) => line.startsWith('{"prompt"'))
}

interface Evaluated {
  readonly sets: { readonly accuracy: number; readonly items: { readonly right: number }[] }[]
}

describe('serl eval', () => {
  it('grades the answers of serl generate the same', async () => {
    const prompts = join(dir, 'prompts.jsonl')
    await writeFile(prompts, questions.map(({ problem }) => JSON.stringify({ prompt: problem })).join('\n'))
    const output = join(dir, 'samples.jsonl')
    await serl(
      'one',
      'generate',
      '--model',
      model,
      '--input',
      prompts,
      '--output',
      output,
      '--temperature',
      '0',
      ...asked,
    )
    const texts = (await readFile(output, 'utf8')).trimEnd().split('\n')
    const right = texts.map((line, i) => {
      const { text } = JSON.parse(line) as { text: string }
      return Number(/\\boxed\{(-?\d+)\}/.exec(text)?.[1] === questions[i]!.answer)
    })
    const json = await serl('one', 'eval', '--model', model, '--data', data, ...asked, '--json')
    const [set] = (JSON.parse(json) as Evaluated).sets
    expect(set!.items.map((item) => item.right)).toEqual(right)
    expect(set!.accuracy).toBeCloseTo(right.reduce((sum, one) => sum + one, 0) / 40, 12)
    expect(set!.accuracy).toBeGreaterThan(0.2)
  })

  it('continues after kill -9, without repeating finished work', async () => {
    const args = ['eval', '--model', model, '--data', data, ...asked, '--samples', '4', '--json']
    const whole = await serl('two', ...args)
    const { child, ended } = start('three', [...args, '--batch', '16'])
    while ((await cachedLines('three')).length === 0) await setTimeout(5)
    child.kill('SIGKILL')
    await ended
    const done = (await cachedLines('three')).length
    expect(done % 4).toBe(0)
    expect(await serl('three', ...args)).toBe(whole)
    const lines = await cachedLines('three')
    expect(lines.length).toBe(40)
    expect(new Set(lines).size).toBe(40)
  })
})

describe('serl compare', () => {
  it('finds no difference between a model and itself', async () => {
    const json = await serl('one', 'compare', model, model, '--data', data, ...asked, '--json')
    const { comparisons } = JSON.parse(json) as { comparisons: { differences: object[] }[] }
    expect(comparisons[0]!.differences).toMatchObject([{ difference: 0, p: 1, verdict: 'cannot tell', n: 40 }])
  })
})
