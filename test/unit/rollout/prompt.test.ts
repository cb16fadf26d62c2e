import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readLayers } from '../../../src/config/read-settings.ts'
import { resolveConfig } from '../../../src/config/resolve.ts'
import { configSchema } from '../../../src/config/schema.ts'
import { UserError } from '../../../src/errors.ts'
import { layoutText } from '../../../src/eval/settings.ts'
import { RaisedByTemplate } from '../../../src/jinja/budget.ts'
import type { ChatMessage } from '../../../src/model/chat-template.ts'
import type { Tokenizer } from '../../../src/model/tokenizer.ts'
import { type PromptFormat, promptTokens } from '../../../src/rollout/prompt.ts'
import { readPromptFormat } from '../../../src/rollout/read-prompt-format.ts'
import { BOS, byteTokenizer } from '../../support/byte-tokenizer.ts'
import { tempFolder } from '../../support/temp-folder.ts'

/** A chat as "[role]content" per turn; refuses a system turn where told to. */
const chatting = (refusesSystem = false): Tokenizer => ({
  ...byteTokenizer,
  hasChatTemplate: true,
  chat: (messages: readonly ChatMessage[]) => {
    if (refusesSystem && messages[0]!.role === 'system')
      throw new UserError('no system role', { cause: new RaisedByTemplate('no system role') })
    return byteTokenizer.encodePlain(messages.map(({ role, content }) => `[${role}]${content}`).join(''))
  },
})

/** A chat template that fails by itself. */
const failing: Tokenizer = {
  ...byteTokenizer,
  hasChatTemplate: true,
  chat: () => {
    throw new UserError('the chat template failed: the filter "urlencode" is not supported')
  },
}

const asked = (format: Partial<PromptFormat>, tokenizer = byteTokenizer): string => {
  const tokens = promptTokens(tokenizer, 'What is 2 + 2?', { template: 'auto', suffix: '', ...format })
  return (tokens[0] === BOS ? '<s>' : '') + byteTokenizer.decode(tokens)
}

const examples = [{ question: 'What is 1 + 1?', response: '2' }]
const around = { prompt: 'Question: {question}\nAnswer:', examples }

describe('a chat template that fails', () => {
  it('is not taken for one that refuses a system turn', () => {
    expect(() => asked({ system: 'Be brief.' }, failing)).toThrow('"urlencode" is not supported')
  })
})

describe('a question without a chat template', () => {
  it('is the bare text behind the special tokens of the tokenizer', () => {
    expect(asked({})).toBe('<s>What is 2 + 2?')
    expect(asked({ specialTokens: false })).toBe('What is 2 + 2?')
  })

  it('stands in the place of {question}, behind worked ones and the system text', () => {
    expect(asked(around)).toBe('<s>Question: What is 1 + 1?\nAnswer: 2\n\nQuestion: What is 2 + 2?\nAnswer:')
    expect(asked({ ...around, examples: [], system: 'Be brief.', suffix: ' ' })).toBe(
      '<s>Be brief.\n\nQuestion: What is 2 + 2? \nAnswer:',
    )
    expect(asked({ prompt: '{question} Again: {question}' })).toBe('<s>What is 2 + 2? Again: What is 2 + 2?')
    expect(asked({ prompt: 'It costs {question}', suffix: '$&' })).toBe('<s>It costs What is 2 + 2?$&')
  })
})

describe('a question in a chat', () => {
  it('comes behind the system turn and the worked ones', () => {
    expect(asked({ ...around, system: 'Be brief.' }, chatting())).toBe(
      '[system]Be brief.[user]Question: What is 1 + 1?\nAnswer:[assistant]2[user]Question: What is 2 + 2?\nAnswer:',
    )
  })

  it('has the system text above it where the template refuses a system turn', () => {
    expect(asked({ system: 'Be brief.' }, chatting(true))).toBe('[user]Be brief.\n\nWhat is 2 + 2?')
  })
})

describe('the settings', () => {
  it('are read with their file of examples', async () => {
    const file = join(await tempFolder(), 'examples.jsonl')
    await writeFile(file, examples.map((example) => `${JSON.stringify(example)}\n`).join(''))
    const { rollout } = configSchema.parse({ rollout: { prompt: around.prompt, examples: file, specialTokens: false } })
    expect(await readPromptFormat(rollout)).toMatchObject({ ...around, specialTokens: false })
    await writeFile(file, '{"question": "Q"}\n')
    await expect(readPromptFormat(rollout)).rejects.toThrow(
      `${file}:1: expected {"question": "...", "response": "..."}`,
    )
  })

  it('need {question} in rollout.prompt', () => {
    expect(configSchema.safeParse({ rollout: { prompt: 'Answer this' } }).error!.message).toContain('{question}')
  })

  it('are part of the results of an evaluation, where they differ from the bare question', () => {
    expect(layoutText({})).toBe('')
    expect(layoutText({ prompt: '{question}', system: '', examples: [], specialTokens: true })).toBe('')
    expect(JSON.parse(layoutText({ ...around, specialTokens: false }))).toEqual({ ...around, specialTokens: false })
  })

  it('of the LLaMA preset add no BOS, as the reference', async () => {
    expect(resolveConfig(await readLayers('llama-3.2-3b-instruct')).rollout.specialTokens).toBe(false)
    expect(configSchema.parse({}).rollout.specialTokens).toBe(true)
  })
})
