import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ChatMessage } from '../../../src/model/chat-template.ts'
import { loadTokenizer, type Tokenizer } from '../../../src/model/tokenizer.ts'
import { temporaryFolder } from './checkpoint-folder.ts'

interface Expected {
  bosTokenId: number
  eosTokenId: number
  texts: { text: string; ids: number[]; plain: number[]; decoded: string }[]
  cuts: { ids: number[]; decoded: string }[]
  chats: { messages: ChatMessage[]; addGenerationPrompt: boolean; text: string; ids: number[] }[]
}

const fixtures = new URL('../../fixtures/model/', import.meta.url).pathname
const tiny = join(fixtures, 'tiny-tokenizer')
const smollm2 = new URL('../../../../shared/models/smollm2-135m-instruct', import.meta.url).pathname
const read = (name: string) => JSON.parse(readFileSync(join(fixtures, name), 'utf8')) as Expected

async function agrees(dir: string, expected: Expected): Promise<void> {
  const tokenizer = (await loadTokenizer(dir))!
  expect(tokenizer.bosTokenId).toBe(expected.bosTokenId)
  expect(tokenizer.eosTokenId).toBe(expected.eosTokenId)
  for (const { text, ids, plain, decoded } of expected.texts) {
    expect([...tokenizer.encodePlain(text)], JSON.stringify(text)).toEqual(plain)
    expect([...tokenizer.encode(text)], JSON.stringify(text)).toEqual(withoutDoubleBos(ids, expected.bosTokenId))
    expect(tokenizer.decode(Int32Array.from(plain)), JSON.stringify(text)).toBe(decoded)
  }
  for (const { ids, decoded } of expected.cuts) expect(tokenizer.decode(ids)).toBe(decoded)
  for (const { messages, addGenerationPrompt, text, ids } of expected.chats) {
    expect(tokenizer.renderChat(messages, { addGenerationPrompt })).toBe(text)
    expect([...tokenizer.chat(messages, { addGenerationPrompt })]).toEqual(ids)
  }
}

// the one intended difference: transformers puts a second BOS before a text that has one
function withoutDoubleBos(ids: number[], bos: number): number[] {
  return ids[0] === bos && ids[1] === bos ? ids.slice(1) : ids
}

describe('ids, texts and chats as transformers gives them', () => {
  test('a Llama-3-like tokenizer of 600 tokens', () => agrees(tiny, read('tiny-tokens.json')))
  test.skipIf(!existsSync(smollm2))('SmolLM2 (skipped where ../shared is absent)', () =>
    agrees(smollm2, read('smollm2-tokens.json')),
  )
})

describe('special tokens', () => {
  const load = async (dir = tiny) => (await loadTokenizer(dir)) as Tokenizer
  const copy = (config: object) => {
    const dir = temporaryFolder()
    cpSync(tiny, dir, { recursive: true })
    const file = join(dir, 'tokenizer_config.json')
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...config }))
    return dir
  }

  test('never two BOS: not in a chat, not in a rendered text encoded again', async () => {
    const tokenizer = await load()
    const bos = tokenizer.bosTokenId!
    const messages = [{ role: 'user', content: 'Hi' }]
    const chat = tokenizer.chat(messages, { addGenerationPrompt: true })
    const again = tokenizer.encode(tokenizer.renderChat(messages, { addGenerationPrompt: true }))
    expect(again).toEqual(chat)
    expect(chat.filter((id) => id === bos)).toHaveLength(1)
    expect([...tokenizer.encode('Hi')]).toEqual([bos, ...tokenizer.encodePlain('Hi')])
  })
  test('add_bos_token and add_eos_token of the configuration decide', async () => {
    const plain = [...(await load()).encodePlain('Hi')]
    const off = await load(copy({ add_bos_token: false }))
    expect([...off.encode('Hi')]).toEqual(plain)
    // tokens in the text itself stay
    expect([...off.encode(`${off.bosToken}${off.bosToken}Hi`)]).toEqual([off.bosTokenId, off.bosTokenId, ...plain])
    const both = await load(copy({ add_bos_token: true, add_eos_token: true }))
    expect([...both.encode('Hi')]).toEqual([both.bosTokenId, ...plain, both.eosTokenId])
  })
  test('tokens named only in tokenizer_config.json are special too', async () => {
    const id = (await load()).idOf('x')!
    const tokenizer = await load(copy({ pad_token: { content: 'x' } }))
    expect(tokenizer.decode([id, ...tokenizer.encodePlain('Hi'), id])).toBe('Hi')
  })
  test('decoding leaves out special tokens and unknown ids', async () => {
    const tokenizer = await load()
    const hello = [...tokenizer.encodePlain('Hello')]
    expect(tokenizer.decode([tokenizer.bosTokenId!, ...hello, tokenizer.eosTokenId!, 60_000])).toBe('Hello')
    expect(tokenizer.decode([tokenizer.eosTokenId!])).toBe('')
    expect(tokenizer.decode([])).toBe('')
  })
})

describe('folders', () => {
  test('no tokenizer.json: null', async () => expect(await loadTokenizer(temporaryFolder())).toBeNull())
  test('no configuration and no template: plain encoding works, chat says what is missing', async () => {
    const dir = temporaryFolder()
    cpSync(join(tiny, 'tokenizer.json'), join(dir, 'tokenizer.json'))
    const tokenizer = (await loadTokenizer(dir))!
    expect(tokenizer.hasChatTemplate).toBe(false)
    expect(tokenizer.bosTokenId).toBeNull()
    expect(tokenizer.decode(tokenizer.encodePlain('Hello world'))).toBe('Hello world')
    expect(() => tokenizer.chat([], { addGenerationPrompt: true })).toThrow(`${dir} has no chat template`)
  })
  test('broken files are named', async () => {
    const dir = temporaryFolder()
    writeFileSync(join(dir, 'tokenizer.json'), '{"version"')
    await expect(loadTokenizer(dir)).rejects.toThrow('tokenizer.json is not JSON')
    writeFileSync(join(dir, 'tokenizer.json'), '{"version": "1.0"}')
    await expect(loadTokenizer(dir)).rejects.toThrow('tokenizer.json: this tokenizer is not supported')
    rmSync(dir, { recursive: true })
  })
})
