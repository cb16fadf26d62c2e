import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { gradeFile } from '../../../src/answers/grade-file.ts'
import { UserError } from '../../../src/errors.ts'
import { checkerOf } from './support.ts'

const checker = await checkerOf()
let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serl-grade-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('gradeFile', () => {
  test('writes one line per pair, in order, and the summary', async () => {
    const [input, output] = [join(folder, 'pairs.jsonl'), join(folder, 'graded.jsonl')]
    await writeFile(
      input,
      [
        '{"id":"a","gold":"1/2","prediction":"so \\\\boxed{0.5}"}',
        '',
        '{"id":7,"gold":"3","prediction":"it is 4"}',
        '{"id":null,"gold":"3","prediction":"no idea","more":true}',
      ].join('\r\n'),
    )
    expect(await gradeFile({ input, output, checker })).toEqual({ pairs: 3, equal: 1, unanswered: 1 })
    const lines = (await readFile(output, 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { id: 'a', equal: true, gold: '1/2', prediction: '0.5' },
      { id: 7, equal: false, gold: '3', prediction: '4' },
      { id: null, equal: false, gold: '3', prediction: null },
    ])
    expect(await readdir(folder)).toEqual(['graded.jsonl', 'pairs.jsonl'])
  })

  test('keeps integers beyond 2^53, takes a number as the known answer, and reads a byte order mark', async () => {
    const [input, output] = [join(folder, 'pairs.jsonl'), join(folder, 'graded.jsonl')]
    await writeFile(
      input,
      '\ufeff{"id":12345678901234567891,"gold":12345678901234567890,"prediction":"so \\\\boxed{12345678901234567890}"}\n' +
        '{"id":[12345678901234567891],"gold":12345678901234567890,"prediction":"12345678901234567168"}\n' +
        '{"id":1,"gold":0.5,"prediction":"1/2"}\n',
    )
    expect(await gradeFile({ input, output, checker })).toEqual({ pairs: 3, equal: 2, unanswered: 0 })
    expect((await readFile(output, 'utf8')).split('\n').slice(0, 2)).toEqual([
      '{"id":12345678901234567891,"equal":true,"gold":"12345678901234567890","prediction":"12345678901234567890"}',
      '{"id":[12345678901234567891],"equal":false,"gold":"12345678901234567890","prediction":"12345678901234567168"}',
    ])
  })

  test('names the line that is not UTF-8', async () => {
    const input = join(folder, 'pairs.jsonl')
    const latin = Buffer.from('{"id":1,"gold":"3","prediction":"\u00e9"}\n', 'latin1')
    await writeFile(input, Buffer.concat([Buffer.from('{"id":0,"gold":"1","prediction":"1"}\n'), latin]))
    await expect(gradeFile({ input, output: join(folder, 'out.jsonl'), checker })).rejects.toThrow(
      /pairs\.jsonl:2: not UTF-8/,
    )
  })

  test.each([
    ['{"id":1,"gold":true,"prediction":"4"}', /pairs\.jsonl:2: "gold" must be a string or a number, not true/],
    [
      '{"id":1,"gold":"3","prediction":12345678901234567890}',
      /"prediction" must be a string, not 12345678901234567890/,
    ],
    ['12345678901234567890', /pairs\.jsonl:2: expected an object/],
    ['{"id":1,"gold":"3"', /pairs\.jsonl:2: not valid JSON/],
    ['[1]', /pairs\.jsonl:2: looks like a JSON array/],
    ['1', /pairs\.jsonl:2: expected an object/],
    ['{"gold":"3","prediction":"4"}', /pairs\.jsonl:2: "id" is missing/],
    ['{"id":1,"prediction":"4"}', /pairs\.jsonl:2: "gold" must be a string and is missing/],
    ['{"id":1,"gold":"3","prediction":4}', /pairs\.jsonl:2: "prediction" must be a string, not 4/],
  ])('%s is named by file and line, and leaves no output', async (bad, message) => {
    const input = join(folder, 'pairs.jsonl')
    await writeFile(input, `{"id":0,"gold":"1","prediction":"1"}\n${bad}\n`)
    const error = await gradeFile({ input, output: join(folder, 'out.jsonl'), checker }).catch(
      (cause: unknown) => cause,
    )
    expect(error).toBeInstanceOf(UserError)
    expect((error as Error).message).toMatch(message)
    expect(await readdir(folder)).toEqual(['pairs.jsonl'])
  })

  test('names an input that is missing or empty, and an output that cannot be written', async () => {
    const [input, output] = [join(folder, 'none.jsonl'), join(folder, 'out.jsonl')]
    await expect(gradeFile({ input, output, checker })).rejects.toThrow(/cannot read .*none\.jsonl: no such file/)
    await writeFile(input, '\n')
    await expect(gradeFile({ input, output, checker })).rejects.toThrow(/none\.jsonl is empty/)
    await expect(gradeFile({ input, output: join(folder, 'no', 'out.jsonl'), checker })).rejects.toThrow(UserError)
  })
})
