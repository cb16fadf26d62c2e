import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { eachJsonLine, fieldsFound, readJsonl } from '../../src/jsonl.ts'
import { commandTrial } from '../support/command-trial.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function fileOf(content: string | Uint8Array): Promise<string> {
  const file = join(await tempFolder(), 'in.jsonl')
  await writeFile(file, content)
  return file
}

describe('readJsonl', () => {
  it('reads a file with a byte order mark, blank lines and CRLF; lines count from 1', async () => {
    expect(await readJsonl(await fileOf('\ufeff{"a":1}\r\n\r\n{"a":"\ufeff"}\r\n'))).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 3, value: { a: '\ufeff' } },
    ])
  })

  it('reads lines longer than a chunk, a last one without its end, and letters that a chunk cuts', async () => {
    const long = 'ü'.repeat(100_001)
    const lines = await readJsonl(await fileOf(`{"a":"x${long}"}\n{"b":"${long}"}`))
    expect(lines.map(({ line }) => line)).toEqual([1, 2])
    expect(lines.map(({ value }) => Object.values(value as object)[0].length)).toEqual([100_002, 100_001])
  })

  const line = '{"problem":"1 + 1?"}\n'
  const foreign: readonly [string, string | Uint8Array, RegExp][] = [
    ['gzip', gzipSync(line), /:1: looks like gzip: unpack it first \(expected one JSON object per line\)/],
    ['Parquet', Buffer.from('PAR1\x15\x00'), /:1: looks like Parquet: convert it first/],
    ['zip', Buffer.from('PK\x03\x04'), /:1: looks like a zip archive/],
    ['UTF-16 with its mark', Buffer.from(`\ufeff${line}`, 'utf16le'), /:1: looks like UTF-16: save it as UTF-8/],
    ['UTF-16 without', Buffer.from(line, 'utf16le'), /:1: looks like UTF-16/],
    ['bytes', Buffer.from([1, 0, 0, 0, 7, 0, 0, 0]), /:1: looks like a binary file|UTF-16/],
    [
      'Latin-1',
      Buffer.concat([Buffer.from(line), Buffer.from('{"problem":"é"}\n', 'latin1')]),
      /:2: not UTF-8, perhaps Latin-1/,
    ],
    ['CSV', 'problem,answer\n1 + 1?,2\n', /:1: looks like CSV: expected one JSON object per line/],
    ['TSV', 'problem\tanswer\n', /:1: looks like TSV/],
    ['YAML', 'problem: 1 + 1?\n', /:1: looks like YAML/],
    ['a web page', '<!DOCTYPE html>\n', /:1: looks like a web page/],
    ['an array over lines', '[\n {"problem":"x"}\n]\n', /:1: looks like a JSON array/],
    ['an array in one line', '[{"problem":"x"}]\n', /:1: looks like a JSON array/],
    ['an object over lines', '{\n "problem":"x"\n}\n', /:1: looks like one JSON object over several lines/],
    ['one field a line', '{"problem": "x",\n"answer": 2}\n', /:1: looks like one JSON object over several lines/],
    ['a broken line', '{"problem":"x"\n', /:1: not valid JSON/],
    ['a broken line later', `${line}a,b\n`, /:2: not valid JSON/],
  ]
  it.each(foreign)('names the file and the line of %s, and what it looks like', async (_, content, message) => {
    const refusal = await readJsonl(await fileOf(content)).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(UserError)
    expect((refusal as Error).message).toMatch(message)
    expect((refusal as Error).message).toContain('in.jsonl:')
  })

  it('says which fields a line has', () => {
    expect(fieldsFound({ instruction: 'x', id: 1, tags: [], more: null })).toBe(
      '; the line has "instruction", "id" (a number), "tags" (a list), "more" (null)',
    )
    expect([fieldsFound({}), fieldsFound('x')]).toEqual(['; the line has no fields', '; found "x"'])
  })
})

describe('eachJsonLine of a file that is still written', () => {
  const linesOf = async (file: string): Promise<unknown[]> => {
    const values: unknown[] = []
    for await (const { value } of eachJsonLine(file, { dropCut: true })) values.push(value)
    return values
  }

  it('leaves out a last line without a line break, wherever it is cut', async () => {
    const last = Buffer.from('{"b":"é"}')
    for (let length = 0; length <= last.length; length++) {
      const file = await fileOf(Buffer.concat([Buffer.from('{"a":1}\n'), last.subarray(0, length)]))
      expect(await linesOf(file)).toEqual([{ a: 1 }])
    }
  })

  it('reads a last line with one, and refuses a broken line before it', async () => {
    expect(await linesOf(await fileOf('{"a":1}\n{"b":2}\n'))).toEqual([{ a: 1 }, { b: 2 }])
    await expect(linesOf(await fileOf('{"a":\n{"b":2}\n'))).rejects.toThrow(/in\.jsonl:1: not valid JSON/)
  })
})

describe('lines with fields of other names', () => {
  const { serl, file, refused, folder } = trialOf()
  it('train, filter and grade say what there is', async () => {
    const seeds = await file('seeds.jsonl', '{"instruction":"1 + 1?","output":"2"}\n')
    const there = /the line has "instruction", "output"/
    const out = join(folder(), 'out')
    await refused(serl('filter', '--input', seeds, '--output', out), there)
    await refused(serl('grade', '--input', seeds, '--output', out), there)
    await refused(
      serl('train', 'demo', '--dry-run', '--seeds', seeds),
      /expected a string in one of "problem", "question", "prompt", "text"; the line has "instruction", "output"/,
    )
  })

  it('grade refuses what is not UTF-8, too', async () => {
    const input = join(folder(), 'pairs.jsonl')
    await writeFile(input, Buffer.from('{"id":1,"gold":"é","prediction":"2"}\n', 'latin1'))
    await refused(serl('grade', '--input', input, '--output', join(folder(), 'out')), /pairs\.jsonl:1: not UTF-8/)
  })
})

function trialOf() {
  const trial = commandTrial()
  return { ...trial, folder: () => trial.folder }
}
