import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../src/eval/evaluate.ts'
import { readHeldOut } from '../../../src/eval/read-held-out.ts'
import { EOS } from '../../support/byte-tokenizer.ts'
import { fakeChecker } from '../../support/fake-checker.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { tempFolder } from '../../support/temp-folder.ts'

describe('evaluate', () => {
  it('is the share of greedy answers that are right', async () => {
    const model = await fakeModel(false) // answers 2 whatever is asked
    const questions = ['2', '3', '2', '4'].map((answer) => ({ problem: 'ab', answer }))
    const params = {
      format: { template: 'none', suffix: '=' },
      maxNewTokens: 4,
      stopTokens: Int32Array.of(EOS),
      maxPositions: 16,
    } as const
    const result = await evaluate({ ...model, checker: fakeChecker }, questions, params)
    expect(result).toMatchObject({ accuracy: 0.5, n: 4, unfinished: 0, correct: [true, false, true, false] })
    const long = [{ problem: 'ab'.repeat(6), answer: '2' }]
    await expect(evaluate({ ...model, checker: fakeChecker }, long, params)).rejects.toThrow(
      /14 tokens, and with 4 new/,
    )
    expect(result.responses.map((response) => response.text)).toEqual(['2', '2', '2', '2'])
  })
})

describe('readHeldOut', () => {
  const file = async (text: string): Promise<string> => {
    const path = join(await tempFolder(), 'held-out.jsonl')
    await writeFile(path, text)
    return path
  }

  it('accepts the field names of common data sets, and numbers as answers', async () => {
    const path = await file('{"problem":"a","answer":"1"}\n{"question":"b","answer":2}\n{"text":"c","answer":"3"}\n')
    expect(await readHeldOut(path, 0)).toEqual([
      { problem: 'a', answer: '1' },
      { problem: 'b', answer: '2' },
      { problem: 'c', answer: '3' },
    ])
    expect((await readHeldOut(path, 2)).length).toBe(2)
  })

  it('names the line without an answer', async () => {
    await expect(readHeldOut(await file('{"problem":"a","answer":"1"}\n\n{"problem":"b"}\n'), 0)).rejects.toThrow(
      /held-out\.jsonl:3: expected \{"problem"/,
    )
  })
})
