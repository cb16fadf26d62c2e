import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Encoding, readPrompts } from '../../../../src/commands/shared/input-lines.ts'
import type { Tokenizer } from '../../../../src/model/tokenizer.ts'
import { byteTokenizer } from '../../../support/byte-tokenizer.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const chatting: Tokenizer = {
  ...byteTokenizer,
  hasChatTemplate: true,
  chat: (messages) => byteTokenizer.encodePlain(messages.map(({ role, content }) => `<${role}>${content}`).join('')),
}

async function texts(lines: readonly object[], over: Partial<Encoding> = {}): Promise<string[]> {
  const file = join(await tempFolder(), 'in.jsonl')
  await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'))
  const encoding = { tokenizer: chatting, vocabSize: 258, raw: true, suffix: '', maxPositions: 64, newTokens: 4 }
  return (await readPrompts(file, { ...encoding, ...over })).map((tokens) => byteTokenizer.decode(tokens))
}

describe('the prompts of generate', () => {
  it('are taken from prompt, problem, question or text', async () => {
    const lines = [{ prompt: 'a', problem: 'x' }, { problem: 'b', answer: '2' }, { question: 'c' }, { text: 'd' }]
    expect(await texts(lines)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('get the suffix and the chat template; tokens and messages are unchanged', async () => {
    const lines = [{ problem: 'a' }, { tokens: [98] }]
    const messages = { messages: [{ role: 'system', content: 'c' }] }
    expect(await texts(lines, { suffix: '\n=' })).toEqual(['a\n=', 'b'])
    const templated = await texts([...lines, messages], { suffix: '\n=', raw: false })
    expect(templated).toEqual(['<user>a\n=', 'b', '<system>c'])
    await expect(texts([...lines, messages])).rejects.toThrow(
      /in\.jsonl:3: "messages" need the chat template, which --raw/,
    )
  })

  it('must leave room for the new tokens', async () => {
    expect(await texts([{ tokens: Array(60).fill(97) }])).toEqual(['a'.repeat(60)])
    await expect(texts([{ problem: 'a' }, { tokens: Array(61).fill(97) }])).rejects.toThrow(
      /in\.jsonl:2: 61 tokens and --max-new-tokens 4; the model has 64 positions/,
    )
  })
})
