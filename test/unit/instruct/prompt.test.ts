import { describe, expect, test } from 'vitest'
import { defaultInstructConfig } from '../../../src/config/instruct-config.ts'
import { UserError } from '../../../src/errors.ts'
import { addToPool, emptyPool } from '../../../src/instruct/pool.ts'
import { fewShotTokens, listText } from '../../../src/instruct/prompt.ts'
import type { Question } from '../../../src/rollout/group.ts'
import { characterTokenizer, textOf } from './character-tokenizer.ts'

const questions = (source: 'seed' | 'self', count: number): Question[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${source}-${i}`, text: `${source} ${i}`, source }))

describe('the pool', () => {
  test('keeps the newest up to its limit, and everything without one', () => {
    const items = questions('self', 5)
    const pool = addToPool(addToPool(emptyPool, items.slice(0, 3), 4), items.slice(3), 4)
    expect(pool.kept.map((item) => item.id)).toEqual(['self-1', 'self-2', 'self-3', 'self-4'])
    expect(addToPool(pool, items).kept).toHaveLength(9)
    expect(emptyPool.kept).toEqual([])
  })
})

describe('the prompt', () => {
  const config = { system: 'You are a teacher.', header: 'Questions:', template: 'auto' } as const
  const list = 'Questions:\n1. A b?\n2. C?\n3.'

  test('a numbered list of one line each, ending in the next number', () => {
    expect(listText('Questions:', ['A\n  b?', ' C? '])).toBe(list)
    const eight = Array.from({ length: 8 }, () => 'Q')
    expect(listText(defaultInstructConfig.header, eight).endsWith('\n8. Q\n9.')).toBe(true)
  })
  test('plain where the checkpoint has no template, with its BOS', () => {
    const tokens = fewShotTokens(config, ['A b?', 'C?'], characterTokenizer(null))
    expect(textOf(tokens)).toBe(`^${list}`)
  })
  test('as a chat if it has one; "none" takes precedence', () => {
    const tokenizer = characterTokenizer('system')
    expect(textOf(fewShotTokens(config, ['A b?', 'C?'], tokenizer))).toBe(
      `^<system>You are a teacher.<user>${list}<assistant>`,
    )
    expect(textOf(fewShotTokens({ ...config, template: 'none' }, ['A b?', 'C?'], tokenizer))).toBe(`^${list}`)
  })
  test('no system turn without system text', () => {
    const tokens = fewShotTokens({ ...config, system: ' ' }, ['A b?', 'C?'], characterTokenizer('system'))
    expect(textOf(tokens)).toBe(`^<user>${list}<assistant>`)
  })
  test("where a template refuses system turns, its text goes into the user's", () => {
    const tokens = fewShotTokens(config, ['A b?', 'C?'], characterTokenizer('no system'))
    expect(textOf(tokens)).toBe(`^<user>You are a teacher.\n\n${list}<assistant>`)
  })
  test('"chat" without a template is a user error', () => {
    expect(() => fewShotTokens({ ...config, template: 'chat' }, ['A'], characterTokenizer(null))).toThrow(UserError)
  })
})
