import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readDocuments } from '../../../../src/sft/documents.ts'
import { byteTokenizer } from '../../../support/byte-tokenizer.ts'
import { commandTrial } from '../../../support/command-trial.ts'
import { fences, pages, shellWords } from '../../../support/pages.ts'

const trial = commandTrial()
const { serl, file, refused, said } = trial

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const linesOf = async (name: string): Promise<Record<string, string>[]> =>
  (await readFile(join(trial.folder, name), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

const make = (name: string, ...argv: string[]): Promise<number> =>
  serl('questions', ...argv, '--output', join(trial.folder, name))

describe('serl questions', () => {
  it('writes each question once, the same for a seed', async () => {
    expect(await make('a.jsonl', 'arithmetic', '--count', '200', '--seed', '1')).toBe(0)
    expect(said()).toContain('200 questions')
    await make('b.jsonl', 'arithmetic', '--count', '200', '--seed', '1')
    await make('c.jsonl', 'arithmetic', '--count', '200', '--seed', '2')
    const [a, b, c] = await Promise.all(['a.jsonl', 'b.jsonl', 'c.jsonl'].map(linesOf))
    expect(new Set(a!.map(({ problem }) => problem)).size).toBe(200)
    expect(Object.keys(a![0]!)).toEqual(['problem', 'answer', 'family'])
    expect(b).toEqual(a)
    expect(c).not.toEqual(a)
  })

  it('lets several families take turns', async () => {
    await make('a.jsonl', 'chains', 'word-problems', 'arithmetic', '--count', '7', '--json')
    expect(JSON.parse(said())).toEqual({
      questions: 7,
      families: { chains: 3, 'word-problems': 2, arithmetic: 2 },
      excluded: 0,
    })
  })

  it('keeps out the questions of other files', async () => {
    const sums = Array.from({ length: 81 }, (_, i) => `{"text":"what is ${Math.floor(i / 9) + 1} + ${(i % 9) + 1}?"}\n`)
    const sumsFile = await file('sums.jsonl', sums.join(''))
    const products = await file('products.jsonl', '{"problem":"What is 2 * 3?"}\n')
    // 44 differences of one digit, and 64 products, one of them excluded
    await make('a.jsonl', 'arithmetic', '--digits', '1', '--count', '107', '--exclude', sumsFile, '--exclude', products)
    const problems = (await linesOf('a.jsonl')).map(({ problem }) => problem)
    expect(problems).toHaveLength(107)
    expect(problems.filter((problem) => /\+|^What is 2 \* 3/.test(problem!))).toEqual([])
  })

  it('adds worked solutions that serl sft takes, with the suffix in their prompts', async () => {
    await make('a.jsonl', 'arithmetic', '--count', '20', '--worked', '--suffix', '\nBriefly.')
    for (const { problem, prompt, answer, response } of await linesOf('a.jsonl')) {
      expect(prompt).toBe(`${problem}\nBriefly.`)
      expect(response!.endsWith(`The answer is \\boxed{${answer}}.`)).toBe(true)
    }
    const format = { tokenizer: byteTokenizer, endToken: 0, raw: true }
    expect(await readDocuments(join(trial.folder, 'a.jsonl'), format)).toHaveLength(20)
  })

  it('adds direct answers, alone or beside worked solutions', async () => {
    await make('a.jsonl', 'arithmetic', '--count', '20', '--direct')
    for (const { answer, response } of await linesOf('a.jsonl')) {
      expect(response).toBe(`The answer is \\boxed{${answer}}.`)
    }
    await make('b.jsonl', 'arithmetic', '--count', '20', '--worked', '--direct')
    const both = await linesOf('b.jsonl')
    expect(both).toHaveLength(40)
    expect(both.filter((_, i) => i % 2 === 1)).toEqual(await linesOf('a.jsonl'))
    for (const [i, { prompt, response }] of both.entries()) {
      const other = both[i ^ 1]!
      expect(prompt).toBe(other.prompt)
      if (i % 2 === 0) expect(response!.endsWith(` ${other.response}`)).toBe(true)
    }
  })

  it('does what docs/learning.md shows', async () => {
    const shown = pages().find(({ path }) => path === 'docs/learning.md')!
    const lines = fences(shown.text).flatMap(({ text }) => text.split('\n'))
    const commands = lines.flatMap((line) => (line.startsWith('npx serl questions') ? [shellWords(line)] : []))
    expect(commands).toHaveLength(6)
    const placed = (word: string): string => (word.endsWith('.jsonl') ? join(trial.folder, word) : word)
    for (const [, , ...words] of commands) expect(await serl(...words.map(placed))).toBe(0)
    const [train, heldOut] = await Promise.all(['train.jsonl', 'held-out.jsonl'].map(linesOf))
    expect(new Set([...train!, ...heldOut!].map(({ problem }) => problem)).size).toBe(500)
  })

  it('prints lines on stdout as a process', async () => {
    const argv = [
      '--import',
      'tsx',
      path('../../../support/run-cli.ts'),
      'questions',
      'chains',
      '--count',
      '3',
      '--quiet',
    ]
    const stdout = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, argv, (error, out) => (error === null ? resolve(out) : reject(error)))
    })
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ family }) => family)).toEqual(['chains', 'chains', 'chains'])
  })
})

describe('refused', () => {
  it.each([
    [['--count', '3'], /missing required argument 'family'/],
    [['arithmetic'], /required option '--count <n>' not specified/],
    [['sums', '--count', '3'], /no family of questions is called sums: arithmetic, chains, word-problems/],
    [['chains', 'chains', '--count', '3'], /chains is named twice/],
    [['arithmetic', '--count', '0'], /'--count <n>' argument '0' is invalid. Expected a whole number from 1 to/],
    [['arithmetic', '--count', '3', '--seed', '-1'], /Expected a whole number from 0 to 4294967295/],
    [['arithmetic', '--count', '3', '--digits', '10'], /Expected a whole number from 1 to 9/],
    [['arithmetic', '--count', '3', '--operations', '0'], /Expected a whole number from 1 to 20/],
    [
      ['word-problems', '--count', '3', '--operations', '2'],
      /--operations: the templates of word-problems decide how many/,
    ],
    [['arithmetic', '--count', '3', '--suffix', 'x'], /--suffix needs --worked or --direct/],
    [['arithmetic', '--count', '3', '--json'], /--json needs --output FILE/],
    [
      ['arithmetic', '--count', '190', '--digits', '1'],
      /has hardly more than 189 different questions of this size: ask/,
    ],
    [['arithmetic', '--count', '3', '--exclude', 'none.jsonl'], /cannot read none\.jsonl/],
  ])('%j', (argv, message) => refused(serl('questions', ...argv), message))

  it('an output that is excluded, too, and leaves it as it was', async () => {
    const train = await file('train.jsonl', '{"problem":"What is 2 * 3?"}\n')
    await refused(make('train.jsonl', 'arithmetic', '--count', '3', '--exclude', train), /is also an input/)
    expect(await readFile(train, 'utf8')).toBe('{"problem":"What is 2 * 3?"}\n')
  })

  it('a set that is too large, without a file', async () => {
    await refused(make('a.jsonl', 'arithmetic', '--count', '190', '--digits', '1'), /hardly more than 189/)
    expect(await readdir(trial.folder)).toEqual([])
  })

  it('a file of something else', async () => {
    const numbers = await file('numbers.jsonl', '{"number":1}\n')
    const code = serl('questions', 'arithmetic', '--count', '3', '--exclude', numbers)
    await refused(code, /numbers\.jsonl:1: no question on this line/)
  })
})
