import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultFilterConfig as config } from '../../../src/config/filter-config.ts'
import { UserError } from '../../../src/errors.ts'
import { filterWithModule, indexTexts } from '../../../src/filter/filter.ts'
import { type FilteredQuestion, openQuestionFilter, type QuestionFilter } from '../../../src/filter/question-filter.ts'
import { createRougeIndex } from '../../../src/filter/rouge.ts'
import { reasonKind } from '../../../src/filter/rules.ts'
import { commandTrial } from '../../support/command-trial.ts'
import { tempFolder } from '../../support/temp-folder.ts'

async function module(text: string, moduleLimitMs = 2000): Promise<QuestionFilter> {
  const file = join(await tempFolder(), 'filter.mjs')
  await writeFile(file, text)
  return (await openQuestionFilter({ module: file, moduleLimitMs }))!
}

const questions = [
  { text: 'How many are 3 and 4?', rougeL: 0.25, nearest: 'How many?' },
  { text: 'What is left?', rougeL: 0, nearest: null },
  { text: 'How far is it?', rougeL: 0.5, nearest: 'How far?' },
]

describe('a filter module', () => {
  it('sees text, score and nearest text, and says yes, no, or why not', async () => {
    const filter = await module(`
      export async function filter({ questions }) {
        return questions.map(({ text, rougeL, nearest }) => (nearest === null ? false : rougeL < 0.5 || 'as far\\n as ' + text))
      }
    `)
    expect(await filter.judge(questions)).toEqual([null, 'module', 'module: as far as How far is it?'])
    await filter.close()
  })

  it('is not asked about nothing, and an empty reason is none', async () => {
    const filter = await module('export const filter = ({ questions }) => questions.map(() => " ")')
    expect(await filter.judge([])).toEqual([])
    expect(await filter.judge(questions.slice(0, 1))).toEqual(['module'])
    await filter.close()
  })

  it.each([
    [
      '[true]',
      /must return 3 verdicts, one per question: .*; on 3 questions from "How many are 3 and 4\?" on it returned \[true\]/,
    ],
    ['[true, null, true]', /returned \[true,null,true\]/],
    ['{ throw new Error("no idea") }', /the filter module .*filter\.mjs failed on 3 questions from ".*" on: no idea/],
    ['{ for (;;) {} }', /it took longer than 300 ms/],
  ])('%s ends the run', async (value, message) => {
    const filter = await module(`export const filter = () => ${value}`, 300)
    const failed = filter.judge(questions)
    await expect(failed).rejects.toThrow(message)
    await expect(failed).rejects.toThrow(UserError)
    await filter.close()
  })

  it('is refused when it is missing or exports no filter', async () => {
    const none = openQuestionFilter({ module: '/nowhere/filter.mjs', moduleLimitMs: 1 })
    await expect(none).rejects.toThrow(/filter\.module: there is no file \/nowhere\/filter\.mjs/)
    await expect(module('export const score = 1')).rejects.toThrow(/does not export a function filter\(\{questions\}\)/)
    expect(await openQuestionFilter(config)).toBeNull()
  })

  it('is counted as one reason', () => {
    expect(['module', 'module: too long', 'similar'].map((reason) => reasonKind(reason as 'module'))).toEqual([
      'module',
      'module',
      'similar',
    ])
  })
})

describe('the order of filters', () => {
  const seed = 'Maya has 12 apples and gets 4 more. How many apples has she now?'
  const near = 'Maya has 13 apples and gets 5 more. How many apples has she now?'
  const slow = 'A train drives at 60 miles per hour for 3 hours. How far does it go?'
  const fast = slow.replace('60', '90')
  const faster = slow.replace('60', '95')

  async function verdicts(texts: readonly string[], reject: (text: string) => boolean) {
    const asked: FilteredQuestion[][] = []
    const own: QuestionFilter = {
      judge: async (given) => {
        asked.push([...given])
        return given.map(({ text }) => (reject(text) ? 'module: too slow' : null))
      },
      close: async () => {},
    }
    const batch = createRougeIndex()
    const proposals = texts.map((text) => ({ text }))
    const options = { config, known: indexTexts([{ text: seed }]), batch }
    const found = await filterWithModule(proposals, options, own)
    return { asked, batch, outcomes: found.map(({ accepted, reason }) => reason ?? accepted), found }
  }

  it('is rules, copies, ROUGE-L with what was there, the module once, then the round with itself', async () => {
    const { asked, batch, outcomes, found } = await verdicts(
      ['Short', seed, near, slow, fast, faster, fast.toUpperCase()],
      (text) => text === slow,
    )
    expect(asked.map((given) => given.map(({ text }) => text))).toEqual([[slow, fast, faster, fast.toUpperCase()]])
    expect(asked[0]![0]).toEqual({ text: slow, rougeL: found[3]!.rougeL, nearest: seed })
    // the one that the module rejects is in the way of none; those that it accepts are
    expect(outcomes).toEqual(['too-short', 'duplicate', 'similar', 'module: too slow', true, 'similar', 'duplicate'])
    expect(found[5]!.nearest).toBe(fast)
    expect(batch.size).toBe(1)
  })

  it('gives the verdicts that there are without a module, if that accepts all', async () => {
    const texts = [
      'Short',
      seed,
      near,
      slow,
      fast,
      `${slow} `,
      'What is 3 + 4 and then 5 more?',
      'What is 3 + 4 and then 6 more?',
    ]
    const { found, batch } = await verdicts(texts, () => false)
    const without = createRougeIndex()
    const options = { config, known: indexTexts([{ text: seed }]), batch: without }
    const expected = await filterWithModule(
      texts.map((text) => ({ text })),
      options,
      null,
    )
    expect(found).toEqual(expected)
    expect(batch.size).toBe(without.size)
  })
})

describe('serl filter --module', () => {
  const trial = commandTrial()
  const text = 'A train drives at 60 miles per hour for 3 hours. How far does it go?'

  it('marks what the module rejects, and counts it', async () => {
    const input = await trial.file(
      'in.jsonl',
      [text, 'How many legs have 12 dogs?', 'No'].map((t) => JSON.stringify({ text: t })).join('\n'),
    )
    const own = await trial.file(
      'own.mjs',
      'export const filter = ({ questions }) => questions.map(({ text }) => /dog/.test(text) ? "dogs" : true)',
    )
    const output = join(trial.folder, 'out.jsonl')
    expect(await trial.serl('filter', '--input', input, '--output', output, '--module', own, '--json')).toBe(0)
    expect(JSON.parse(trial.said())).toEqual({ read: 3, kept: 1, reasons: { module: 1, 'too-short': 1 } })
    const lines = (await readFile(output, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ kept, reason }) => reason ?? kept)).toEqual([true, 'module: dogs', 'too-short'])
  })

  it('says which flag names a file that there is not, and never overwrites the module', async () => {
    const input = await trial.file('in.jsonl', JSON.stringify({ text }))
    const out = join(trial.folder, 'out.jsonl')
    const filter = (...more: string[]) => trial.serl('filter', '--input', input, ...more)
    await trial.refused(filter('--output', out, '--module', 'none.mjs'), /--module: there is no file none\.mjs/)
    trial.forget()
    const own = await trial.file('own.mjs', 'export const filter = ({ questions }) => questions.map(() => true)')
    await trial.refused(filter('--output', own, '--module', own), /own\.mjs is also an input/)
    trial.forget()
    await trial.refused(filter('--output', out, '--module', own, '--module-limit-ms', '0'), /--module-limit-ms/)
  })
})
