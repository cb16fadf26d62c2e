import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { defaultFilterConfig as config } from '../../../src/config/filter-config.ts'
import { filterQuestions, indexTexts } from '../../../src/filter/filter.ts'
import { filterFile } from '../../../src/filter/filter-file.ts'
import { createRougeIndex } from '../../../src/filter/rouge.ts'

const seed = 'Maya has 12 apples and gets 4 more. How many apples has she now?'
const near = 'Maya has 13 apples and gets 5 more. How many apples has she now?'
const fresh = 'A train drives at 60 miles per hour for 3 hours. How far does it go?'
const asked = (...texts: string[]) => texts.map((text) => ({ text }))

describe('verdicts', () => {
  test('seeds, kept questions and this batch all count', () => {
    const known = indexTexts(asked(seed))
    const verdicts = filterQuestions(
      asked(
        near,
        fresh,
        fresh.replace('60', '70'),
        `  ${fresh.toLowerCase()}`,
        seed,
        'Too short',
        'Draw a line of 3 cm.',
      ),
      { config, known },
    )
    expect(verdicts.map(({ accepted, reason }) => [accepted, reason])).toEqual([
      [false, 'similar'],
      [true, null],
      [false, 'similar'], // to the one accepted before it
      [false, 'duplicate'],
      [false, 'duplicate'],
      [false, 'too-short'],
      [false, 'blacklisted-word'],
    ])
    expect(verdicts[0]!.nearest).toBe(seed)
    expect(verdicts[0]!.rougeL).toBeCloseTo(12 / 14, 12)
    expect(verdicts[2]!.nearest).toBe(fresh)
    expect(verdicts[3]).toMatchObject({ rougeL: 1, nearest: fresh })
    expect(verdicts[5]).toMatchObject({ rougeL: null, nearest: null })
    expect(known.size).toBe(1)
  })
  test('a continued batch remembers what it accepted', () => {
    const options = { config, known: createRougeIndex(), batch: createRougeIndex() }
    expect(filterQuestions(asked(fresh), options)[0]!.accepted).toBe(true)
    expect(filterQuestions(asked(fresh), options)[0]!.reason).toBe('duplicate')
    expect(options.batch.size).toBe(1)
  })
  test('the limit itself is allowed, above it not', () => {
    const known = indexTexts(asked('one two three four five'))
    const [at] = filterQuestions(asked('one two three nine ten'), { config: { ...config, rougeMax: 0.6 }, known })
    expect(at).toMatchObject({ accepted: true, rougeL: 0.6, nearest: 'one two three four five' })
    const [above] = filterQuestions(asked('one two three nine ten'), {
      config: { ...config, rougeMax: 0.59 },
      known,
    })
    expect(above!.reason).toBe('similar')
  })
  test('the proposal itself is passed on', () => {
    const proposal = { text: fresh, id: 'x' }
    expect(filterQuestions([proposal], { config, known: createRougeIndex() })[0]!.proposal).toBe(proposal)
  })
})

describe('files', () => {
  const folder = (files: Record<string, string>) => {
    const dir = mkdtempSync(join(tmpdir(), 'serl-test-'))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
    return dir
  }
  const lines = (...texts: string[]) => texts.map((text) => JSON.stringify({ text })).join('\n')

  test('one output line per input line', async () => {
    const dir = folder({ 'in.jsonl': lines(near, fresh, 'No'), 'seeds.jsonl': JSON.stringify({ problem: seed }) })
    const output = join(dir, 'out.jsonl')
    const summary = await filterFile({ input: join(dir, 'in.jsonl'), seeds: join(dir, 'seeds.jsonl'), output, config })
    expect(summary).toEqual({ read: 3, kept: 1, reasons: { similar: 1, 'too-short': 1 } })
    const written = readFileSync(output, 'utf8')
    expect(written.endsWith('}\n')).toBe(true)
    const rows = written
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows.map((row) => Object.keys(row))).toEqual(rows.map(() => ['text', 'kept', 'reason', 'rougeL', 'nearest']))
    expect(rows[0]).toMatchObject({ kept: false, reason: 'similar', nearest: seed })
    expect(rows[1]).toMatchObject({ kept: true, reason: null })
    expect(rows[2]).toEqual({ text: 'No', kept: false, reason: 'too-short', rougeL: null, nearest: null })
    expect(readdirSync(dir).sort()).toEqual(['in.jsonl', 'out.jsonl', 'seeds.jsonl'])
  })
  test('questions are found by the field names of seeds, and keep their other fields', async () => {
    const rows = [
      { id: 7, question: fresh, kept: 'old' },
      { problem: '', prompt: near },
      { prompt: '  ', answer: 3 },
    ]
    const dir = folder({ 'in.jsonl': rows.map((row) => JSON.stringify(row)).join('\n') })
    const output = join(dir, 'out.jsonl')
    await filterFile({ input: join(dir, 'in.jsonl'), seeds: null, output, config })
    const [first, second, third] = readFileSync(output, 'utf8').trimEnd().split('\n')
    expect(JSON.parse(first!)).toEqual({ id: 7, question: fresh, kept: true, reason: null, rougeL: 0, nearest: null })
    expect(JSON.parse(second!)).toMatchObject({ prompt: near, kept: true, nearest: fresh })
    expect(JSON.parse(third!)).toMatchObject({ prompt: '  ', answer: 3, kept: false, reason: 'empty' })
  })
  test('mistakes are named, and leave no output', async () => {
    const dir = folder({ 'in.jsonl': `${lines(fresh)}\n{"answer": "x"}`, 'good.jsonl': lines(fresh) })
    const input = join(dir, 'in.jsonl')
    const output = join(dir, 'out.jsonl')
    await expect(filterFile({ input, seeds: null, output, config })).rejects.toThrow(
      `${input}:2: expected a question, {"text"`,
    )
    const good = join(dir, 'good.jsonl')
    await expect(filterFile({ input: good, seeds: null, output: good, config })).rejects.toThrow('is also an input')
    await expect(filterFile({ input: good, seeds: join(dir, 'none'), output, config })).rejects.toThrow('no such file')
    const nowhere = join(good, 'out.jsonl')
    await expect(filterFile({ input: good, seeds: null, output: nowhere, config })).rejects.toThrow(
      `cannot write ${nowhere}`,
    )
    expect(existsSync(output)).toBe(false)
  })
})
