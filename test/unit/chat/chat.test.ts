import { describe, expect, it } from 'vitest'
import { newConversation, promptOf } from '../../../src/chat/conversation.ts'
import { replyTo } from '../../../src/chat/reply.ts'
import { sideBySide } from '../../../src/chat/side-by-side.ts'
import { textStream } from '../../../src/chat/text-stream.ts'
import { readLine, settingsText } from '../../../src/commands/chat/slash.ts'
import { UserError } from '../../../src/errors.ts'
import { RaisedByTemplate } from '../../../src/jinja/budget.ts'
import type { ChatMessage } from '../../../src/model/chat-template.ts'
import type { Tokenizer } from '../../../src/model/tokenizer.ts'
import { byteTokenizer, byteVocabSize, EOS } from '../../support/byte-tokenizer.ts'
import { fakeModel } from '../../support/fake-model.ts'

const rendered = (messages: readonly ChatMessage[]): string =>
  `${messages.map(({ role, content }) => `<${role}>${content}`).join('')}<assistant>`
const templated: Tokenizer = { ...byteTokenizer, hasChatTemplate: true, renderChat: rendered }
const form = { raw: false, suffix: '' }
const said = {
  system: 'Be brief.',
  turns: [
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'two' },
  ],
}

describe('a prompt', () => {
  it('has system text, earlier turns and the question, by the chat template', () => {
    const { text, tokens } = promptOf(templated, said, 'three', { raw: false, suffix: '!' }, 999)
    expect(text).toBe('<system>Be brief.<user>one!<assistant>two<user>three!<assistant>')
    expect(byteTokenizer.decode(tokens)).toBe(text)
    expect(promptOf(templated, newConversation(''), 'a', form, 99).text).toBe('<user>a<assistant>')
  })

  it('puts a system text that the template refuses above the first question', () => {
    const refusal = new UserError('no', { cause: new RaisedByTemplate('no system turn') })
    const refusing: Tokenizer = {
      ...templated,
      renderChat: (messages) => {
        if (messages[0]?.role === 'system') throw refusal
        return rendered(messages)
      },
    }
    expect(promptOf(refusing, said, 'three', form, 999).text).toBe(
      '<user>Be brief.\n\none<assistant>two<user>three<assistant>',
    )
  })

  it('is none where the template fails otherwise', () => {
    const failing: Tokenizer = {
      ...templated,
      renderChat: () => {
        throw new UserError('the chat template failed: line 3')
      },
    }
    expect(() => promptOf(failing, said, 'three', form, 999)).toThrow('the chat template failed: line 3')
  })

  it('is plain lines without a template, or with --raw', () => {
    const plain = 'Be brief.\n\none\ntwo\nthree\n'
    for (const [tokenizer, raw] of [
      [byteTokenizer, false],
      [templated, true],
    ] as const)
      expect(promptOf(tokenizer, said, 'three', { raw, suffix: '\n' }, 999).text).toBe(plain)
  })

  it('leaves out the oldest turns where they do not fit, and refuses a question that is too long', () => {
    const { text, dropped } = promptOf(templated, said, 'three', form, 50)
    expect([text, dropped]).toEqual(['<system>Be brief.<user>three<assistant>', 2])
    expect(() => promptOf(templated, said, 'three', form, 10)).toThrow(/a prompt of 39 tokens.*room for 10/)
  })
})

describe('a reply', () => {
  it('comes token by token, and is what generate gives', async () => {
    const model = await fakeModel(false)
    const sampling = { temperature: 1, topP: 1, presencePenalty: 0, maxNewTokens: 40, seed: 7 }
    const prompt = byteTokenizer.encode('9.')
    const pieces: string[] = []
    const reply = await replyTo(model, prompt, 3, sampling, (piece) => void pieces.push(piece))
    expect(pieces.length).toBeGreaterThan(10)
    expect(pieces.join('')).toBe(reply.text.replace(/^ /, ''))
    const silent = await replyTo(model, prompt, 3, sampling, () => {})
    expect(silent.text).toBe(reply.text)
    expect((await replyTo(model, prompt, 4, sampling, () => {})).text).not.toBe(reply.text)
    expect(reply.finishReason).toMatch(/stop|length/)
  })

  it('shows a character of several tokens with the last of them, and what is no UTF-8 as a mark', () => {
    const stream = textStream(byteTokenizer.tokenBytes(byteVocabSize))
    const bytes = [...new TextEncoder().encode(' é€')]
    expect([...bytes, EOS].map((byte) => stream.push(byte))).toEqual(['', '', 'é', '', '', '€', ''])
    expect(stream.end()).toBe('')
    const cut = textStream(byteTokenizer.tokenBytes(byteVocabSize))
    expect(cut.push(bytes[1]!) + cut.end()).toBe('\ufffd')
  })
})

it('two texts stand beside each other, wrapped by what a terminal shows', () => {
  const texts = [
    { heading: 'A', text: 'one two three four' },
    { heading: 'B', text: '日本語日本語\nnext' },
  ]
  expect(sideBySide(texts, 23)).toEqual([
    'A          │ B',
    'one two    │ 日本語日本',
    'three four │ 語',
    '           │ next',
  ])
})

describe('a line of input', () => {
  it('is a question or a command', () => {
    expect(readLine('  what? ')).toEqual({ kind: 'question', text: 'what?' })
    expect(readLine('//etc is what?')).toEqual({ kind: 'question', text: '/etc is what?' })
    expect(readLine(' ')).toEqual({ kind: 'nothing' })
    for (const kind of ['help', 'template', 'reset', 'quit'] as const) expect(readLine(`/${kind}`)).toEqual({ kind })
    expect(readLine('/system Be  kind. ')).toEqual({ kind: 'system', text: 'Be  kind.' })
    expect([readLine('/system'), readLine('/system off')]).toEqual([
      { kind: 'system', text: null },
      { kind: 'system', text: '' },
    ])
    expect(readLine('/set top-p 0.9')).toEqual({ kind: 'set', change: { topP: 0.9 } })
    expect(readLine('/set temperature=0')).toEqual({ kind: 'set', change: { temperature: 0 } })
  })

  it.each([
    ['/sytem x', /no \/sytem: \/help lists/],
    ['/set heat 3', /the settings are temperature, top-p/],
    ['/set top-p 3', /\/set top-p 3: Expected/],
    ['/set temperature', /Expected/],
  ])('%s is refused in words', (line, message) => {
    expect(() => readLine(line)).toThrow(message)
  })

  it('settings are shown by the names that they are set by', () => {
    const sampling = { temperature: 0.7, topP: 1, presencePenalty: 0, maxNewTokens: 9, seed: 1 }
    expect(settingsText(sampling)).toBe('temperature 0.7, top-p 1, presence-penalty 0, max-new-tokens 9, seed 1')
  })
})
