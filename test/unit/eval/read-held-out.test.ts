import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readHeldOut } from '../../../src/eval/read-held-out.ts'
import { tempFolder } from '../../support/temp-folder.ts'

describe('a file of held-out questions', () => {
  it('keeps integers beyond 2^53, also in lists, and reads a byte order mark', async () => {
    const file = join(await tempFolder(), 'mine.jsonl')
    await writeFile(
      file,
      '\ufeff{"problem":"A?","answer":12345678901234567890}\n{"problem":"B?","answer":[12345678901234567891, 2.0]}\n',
    )
    expect(await readHeldOut(file, 0)).toEqual([
      { problem: 'A?', answer: '12345678901234567890' },
      { problem: 'B?', answer: '12345678901234567891, 2' },
    ])
  })

  it('names the line that is not UTF-8', async () => {
    const file = join(await tempFolder(), 'mine.jsonl')
    await writeFile(file, Buffer.from('{"problem":"A?","answer":1}\n{"problem":"\u00e9?","answer":2}\n', 'latin1'))
    await expect(readHeldOut(file, 0)).rejects.toThrow(/mine\.jsonl:2: not UTF-8/)
  })
})
