import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readAdapter } from '../../../src/eval/find-adapter.ts'
import { openSets } from '../../../src/eval/open-sets.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const options = { limit: 0, adapters: [], answers: null } as const

describe('an adapter of the user', () => {
  it('says which fields a set has', async () => {
    const folder = await tempFolder()
    const adapter = join(folder, 'adapter.json')
    await writeFile(
      adapter,
      JSON.stringify({
        name: 'riddles',
        question: ['[{story}\n]{riddle|sentence}'],
        answer: ['solved'],
        answerEnd: ' apples$',
        level: { fields: ['stars'], names: { 1: 'easy' } },
        suffix: ' Say a number.',
      }),
    )
    const file = join(folder, 'riddles.jsonl')
    await writeFile(
      file,
      '{"riddle":"How many","solved":"3 apples","stars":1}\n{"story":"S","riddle":"Why?","solved":"4"}\n',
    )
    const [set] = await openSets([file], { ...options, adapters: [adapter] })
    expect(set).toMatchObject({ name: 'riddles', kind: 'math', suffix: ' Say a number.' })
    expect(set!.items).toMatchObject([
      { problem: 'How many.', answer: '3', groups: { level: 'easy' } },
      { problem: 'S\nWhy?', answer: '4' },
    ])
  })

  it.each([
    ['{', /not JSON/],
    ['{"name":"a","answers":"guess"}', /is not a valid adapter: there is no "answers" in it; it has name, title, /],
    [
      '{"name":"a","kind":"guess"}',
      /is not a valid adapter: kind: expected one of "math", "choice", "exact", "number"$/,
    ],
    ['{"name":"a","answerEnd":"("}', /answerEnd: Invalid regular expression/],
    ['{"name":"a","question":["{q|shout}"]}', /\{q\|shout\}: there is no filter shout; there are text, sentence, list/],
    ['{"name":"a","question":["[{story} {q}"]}', /a "\[" is not closed/],
    ['{"name":"a","question":["{story}] {q}"]}', /a "\]" closes nothing/],
    ['{"name":"two words"}', /is not a valid adapter: name: expected letters, digits/],
    ['{"name":"a","answer":[]}', /answer: expected a list of texts that is not empty/],
    ['{"name":"a","tolerance":-1}', /tolerance: expected a number of at least 0/],
    [
      '{"name":"a","level":{"names":{"a":1}}}',
      /level\.fields: expected a list of texts that is not empty; level\.names\.a: expected a text/,
    ],
  ])('%s is refused', async (text, message) => {
    const path = join(await tempFolder(), 'adapter.json')
    await writeFile(path, text)
    await expect(readAdapter(path)).rejects.toThrow(message)
  })
})

describe('openSets', () => {
  it('names missing sets, and two sets of one name', async () => {
    const folder = await tempFolder()
    await expect(openSets([join(folder, 'none.jsonl')], options)).rejects.toThrow(
      /no such file, and the name is neither a hub id/,
    )
    await expect(openSets(['tabmwp'], options)).rejects.toThrow(/tabmwp is known, but not its place on the hub/)
    await writeFile(join(folder, 'empty.jsonl'), '\n')
    await expect(openSets([join(folder, 'empty.jsonl')], options)).rejects.toThrow(/empty\.jsonl is empty/)
    const file = join(folder, 'mine.jsonl')
    await writeFile(file, '{"problem":"p","answer":"1"}\n{"problem":"q","answer":"2"}\n')
    await expect(openSets([file, file], options)).rejects.toThrow(/are both called mine/)
    expect((await openSets([file], { ...options, limit: 1 }))[0]!.items.length).toBe(1)
    await expect(openSets([file], { ...options, answers: { kind: 'choice' } })).rejects.toThrow(
      /"1" is not a letter A to J/,
    )
  })

  it('refuses an adapter that matches no set', async () => {
    const folder = await tempFolder()
    const [file, adapter] = [join(folder, 'mine.jsonl'), join(folder, 'adapter.json')]
    await writeFile(file, '{"problem":"p","answer":"1"}\n')
    await writeFile(adapter, '{"name":"yours","files":["theirs"]}')
    await expect(openSets([file], { ...options, adapters: [adapter] })).rejects.toThrow(
      /--adapter .*adapter\.json describes the set yours or theirs, but no --data has that name \(.*mine\.jsonl: mine\)/,
    )
  })
})
