import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSeeds } from '../../../src/seeds/read-seeds.ts'

const write = (text: string) => {
  const path = join(mkdtempSync(join(tmpdir(), 'serl-test-')), 'seeds.jsonl')
  writeFileSync(path, text)
  return path
}
const math = new URL('../../../../shared/data/math-seed-500.jsonl', import.meta.url).pathname

describe('seed questions', () => {
  test('under any of the names, the first found counts; ids are line numbers', async () => {
    const path = write(
      [
        '{"problem": " A? ", "text": "not this", "answer": "7"}',
        '',
        '{"question": "B?", "answer": 8}',
        '{"prompt": "C?", "answer": null}',
        '{"problem": "", "text": "D?"}',
      ].join('\n'),
    )
    expect(await readSeeds(path)).toEqual([
      { id: 'seed-1', text: 'A?', source: 'seed', answer: '7' },
      { id: 'seed-3', text: 'B?', source: 'seed', answer: '8' },
      { id: 'seed-4', text: 'C?', source: 'seed' },
      { id: 'seed-5', text: 'D?', source: 'seed' },
    ])
  })
  test('an answer beyond 2^53 is not rounded', async () => {
    const path = write(
      '{"problem": "A?", "answer": 12345678901234567890}\n{"problem": "B?", "answer": -9007199254740993}',
    )
    expect((await readSeeds(path)).map(({ answer }) => answer)).toEqual(['12345678901234567890', '-9007199254740993'])
  })
  test.each([
    [
      '{"problem": "A?"}\n{"title": "B?"}',
      ':2: no question on this line: expected a string in one of "problem", "question", "prompt", "text"',
    ],
    ['{"problem": 5}', ':1: no question'],
    ['["A?"]', ':1: looks like a JSON array'],
    ['{"problem": "A?", "answer": [1]}', ':1: "answer" must be'],
    ['{"problem": "A?"}\n{oops', ':2: not valid JSON'],
    ['\n \n', 'is empty'],
  ])('%j is refused', async (text, message) => {
    const path = write(text)
    await expect(readSeeds(path)).rejects.toThrow(message)
    await expect(readSeeds(path)).rejects.toThrow(path)
  })
  test('a missing file', async () => {
    await expect(readSeeds('/nowhere/seeds.jsonl')).rejects.toThrow('cannot read /nowhere/seeds.jsonl: no such file')
  })
  test.skipIf(!existsSync(math))('500 MATH problems (skipped where ../shared is absent)', async () => {
    const seeds = await readSeeds(math)
    expect(seeds).toHaveLength(500)
    expect(seeds[0]!.answer).toBe('45')
    expect(seeds[0]!.text).toContain('9:40 a.m.')
  })
})
