import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { greedyAccuracy } from '../../../src/eval/greedy-accuracy.ts'
import { longestQuestion } from '../../../src/eval/longest-question.ts'
import { readHeldOut } from '../../../src/eval/read-held-out.ts'
import { EOS } from '../../support/byte-tokenizer.ts'
import { fakeChecker } from '../../support/fake-checker.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { tempFolder } from '../../support/temp-folder.ts'

describe('greedyAccuracy', () => {
  const asking = { format: { template: 'none', suffix: '=' }, maxNewTokens: 4, stopTokens: Int32Array.of(EOS) } as const
  const questions = ['2', '3', '2', '2'].map((answer) => ({ problem: 'ab', answer }))

  it('is the share of greedy answers that are right', async () => {
    const model = await fakeModel(false) // answers 2 whatever is asked
    expect(await greedyAccuracy({ ...model, checker: fakeChecker }, questions, asking)).toBe(0.75)
  })
})

describe('longestQuestion', () => {
  const tokens = (problem: string): Int32Array => new Int32Array(problem.length)
  const room = (maxNewTokens: number) => ({ maxPositions: 16, maxNewTokens, setting: '--new' })

  it('is that of the longest, as far as all leave room', () => {
    const questions = ['ab', 'ab'.repeat(6), 'c'].map((problem) => ({ problem }))
    expect(longestQuestion('set.jsonl', questions, tokens, room(4))).toBe(12)
    expect(longestQuestion('set.jsonl', [], tokens, room(4))).toBe(0)
    expect(() => longestQuestion('set.jsonl', questions, tokens, room(5))).toThrow(
      "set.jsonl: a held-out question has 12 tokens, and with --new = 5 new ones it exceeds the model's 16 positions: " +
        'remove it, or lower --new. It begins: "abababababab"',
    )
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
