import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readJsonl } from '../../src/jsonl.ts'
import { tempFolder } from '../support/temp-folder.ts'

describe('readJsonl', () => {
  it('reads a file with a byte order mark, blank lines and CRLF; lines count from 1', async () => {
    const file = join(await tempFolder(), 'windows.jsonl')
    await writeFile(file, '\ufeff{"a":1}\r\n\r\n{"a":"\ufeff"}\r\n')
    expect(await readJsonl(file)).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 3, value: { a: '\ufeff' } },
    ])
  })
})
