import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { preflight } from '../../../src/train/preflight.ts'
import { byteTokenizer } from '../../support/byte-tokenizer.ts'
import { fakeConfig, questionFolder } from '../../support/fake-run.ts'

let folder: string
beforeEach(async () => {
  folder = await questionFolder()
})

const check = (over: Record<string, unknown> = {}) =>
  preflight(fakeConfig(folder, over), { tokenizer: byteTokenizer, maxPositions: 2048 })

const refuse = async (over: Record<string, unknown>, message: RegExp): Promise<void> => {
  const checked = check(over)
  await expect(checked).rejects.toThrow(message)
  await expect(checked).rejects.toBeInstanceOf(UserError)
}

async function file(name: string, ...rows: object[]): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return path
}

const choice = { question: 'How many legs has a cat?', choices: ['three', 'four'], answer: 'B' }

describe('further sets', () => {
  it('are read as serl eval reads a known set, and others as eval.path is read', async () => {
    const math = { problem: 'x', answer: '\\frac{1}{2}', level: 4, subject: 'Algebra', unique_id: 'a/1' }
    const known = await file('MATH-500.jsonl', math, { ...math, level: 'Level 5' })
    const own = await file('own.jsonl', { text: 'x', answer: 'Evelyn' })
    const { furtherSets } = await check({ 'eval.sets': [known, own], 'reward.answers': 'exact' })
    const [first, second] = furtherSets.map(({ set }) => set)
    expect(first).toMatchObject({ name: 'math_500', kind: 'math', source: known })
    expect(first!.items.map(({ groups }) => groups)).toEqual([
      { level: '4', subject: 'Algebra' },
      { level: '5', subject: 'Algebra' },
    ])
    expect(second).toMatchObject({ name: 'own', kind: 'exact' })
    expect(furtherSets[0]).toMatchObject({ samples: 1, temperature: 0, every: 1 })
  })

  it('have the name, the kind, the number and the sampling that they are given', async () => {
    const path = await file('own.jsonl', { text: 'x', answer: '1' }, { text: 'y', answer: '2' })
    const asked = { path, name: 'mine', limit: 1, samples: 3, every: 7, answers: 'number' }
    const { furtherSets } = await check({ 'eval.sets': asked, 'eval.temperature': 0.6, 'eval.every': 2 })
    expect(furtherSets).toMatchObject([
      { set: { name: 'mine', kind: 'number' }, samples: 3, temperature: 0.6, every: 7 },
    ])
    expect(furtherSets[0]!.set.items).toHaveLength(1)
    const hot = await check({ 'eval.sets': { path, samples: 1, temperature: 0.9 }, 'eval.every': 2 })
    expect(hot.furtherSets).toMatchObject([{ samples: 1, temperature: 0.9, every: 2 }])
  })

  it('are asked as the run asks; choices in a run without them ask for a letter', async () => {
    const path = await file('aqua.jsonl', choice)
    const suffix = async (over: Record<string, unknown>) => (await check(over)).furtherSets[0]!.format.suffix
    expect(await suffix({ 'eval.sets': path })).toContain('put the letter of your choice')
    const choices = { 'reward.answers': 'choice', 'eval.path': await file('letters.jsonl', choice) }
    expect(await suffix({ 'eval.sets': path, ...choices })).toBe('\n=')
    expect(await suffix({ 'eval.sets': await file('own.jsonl', { text: 'x', answer: '1' }) })).toBe('\n=')
  })

  it('are in the plan, with their longest prompts', async () => {
    const path = await file('own.jsonl', { text: 'x', answer: '1' }, { text: 'yyyy', answer: '2' })
    const { evaluations } = await check({ 'eval.sets': { path, samples: 3, every: 5 }, 'eval.samples': 2 })
    // BOS, 4 letters, the suffix of 2
    const own = { set: 'own', questions: 2, responses: 6, longestPrompt: 7, every: 5 }
    expect(evaluations).toMatchObject([{ set: 'held-out', questions: 4, responses: 12, every: 1 }, own])
  })
})

describe('a further set is refused before anything is loaded', () => {
  it('without a file, or with a line that is none', async () => {
    await refuse({ 'eval.sets': join(folder, 'none.jsonl') }, /^eval\.sets: cannot read .*none\.jsonl: no such file/)
    const path = await file('own.jsonl', { text: 'x', answer: '1' }, { text: 'y' })
    await refuse({ 'eval.sets': path }, /^eval\.sets: .*own\.jsonl:2: .* no answer found for the set own/)
  })

  it('with answers of another kind', async () => {
    const path = await file('own.jsonl', { text: 'x', answer: 'Evelyn' })
    await refuse(
      { 'eval.sets': { path, answers: 'number' } },
      /own\.jsonl:1: the known answer "Evelyn" is not a number, .* here give answers, as in eval\.sets=\{path: FILE, answers: exact\}/,
    )
  })

  it('with a question that does not fit', async () => {
    const path = await file('own.jsonl', { text: 'x'.repeat(500), answer: '1' })
    await check({ 'eval.sets': path, 'eval.maxNewTokens': 2048 - 503 })
    await refuse(
      { 'eval.sets': path, 'eval.maxNewTokens': 2048 - 502 },
      /own\.jsonl: a held-out question has 503 tokens, and with eval\.maxNewTokens = 1546 new ones/,
    )
    const sets = { 'eval.sets': path, 'eval.path': null, 'eval.maxNewTokens': 2048 }
    await refuse(sets, /eval\.maxNewTokens = 2048 leaves no room for a prompt/)
  })

  it('with the name of another, or of the held-out questions', async () => {
    const path = await file('own.jsonl', { text: 'x', answer: '1' })
    await refuse({ 'eval.sets': [path, path] }, /own\.jsonl and .*own\.jsonl are both called own: give another name/)
    await refuse(
      { 'eval.sets': join(folder, 'held-out.jsonl') },
      /held-out\.jsonl and the held-out questions \(eval\.path, eval\.holdOut\) are both called held-out/,
    )
    expect((await check({ 'eval.sets': [path, { path, name: 'other' }] })).furtherSets).toHaveLength(2)
  })
})
