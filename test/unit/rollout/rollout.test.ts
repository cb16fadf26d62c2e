import { describe, expect, it } from 'vitest'
import { promptTokens } from '../../../src/rollout/prompt.ts'
import { rollOut } from '../../../src/rollout/rollout.ts'
import { BOS, byteTokenizer, EOS } from '../../support/byte-tokenizer.ts'
import { fakeModel } from '../../support/fake-model.ts'

const format = { template: 'none', suffix: '\n=' } as const

describe('rollOut', () => {
  it('gives n responses per question, their text without the end token', async () => {
    const { engine } = await fakeModel(false)
    const prompted = ['ab', 'cd'].map((text, i) => ({
      question: { id: `q${i}`, text, source: 'self' as const },
      promptTokens: promptTokens(byteTokenizer, text, format),
    }))
    const groups = await rollOut(engine, byteTokenizer, prompted, {
      samplesPerPrompt: 3,
      maxNewTokens: 6,
      temperature: 1,
      topP: 1,
      presencePenalty: 0,
      stopTokens: Int32Array.of(EOS),
      seeds: Uint32Array.of(1, 2, 3, 4, 5, 6),
    })
    expect(groups.map((group) => group.question.id)).toEqual(['q0', 'q1'])
    for (const { responses } of groups) {
      expect(responses.length).toBe(3)
      for (const response of responses) {
        expect(response.logprobs.length).toBe(response.tokens.length)
        expect(response.text).toMatch(/^[1-4]x*$/)
        expect(response.finishReason).toBe(response.tokens.at(-1) === EOS ? 'stop' : 'length')
      }
    }
  })

  it('does not call the engine without questions', async () => {
    const { engine } = await fakeModel(false)
    await engine.close()
    const sampling = { samplesPerPrompt: 2, maxNewTokens: 1, temperature: 1, topP: 1, presencePenalty: 0 }
    const none = { ...sampling, stopTokens: new Int32Array(0), seeds: new Uint32Array(0) }
    expect(await rollOut(engine, byteTokenizer, [], none)).toEqual([])
  })
})

describe('promptTokens', () => {
  const chatting = {
    ...byteTokenizer,
    hasChatTemplate: true,
    chat: (messages: readonly { content: string }[]) => byteTokenizer.encodePlain(`<${messages[0]!.content}>`),
  }

  it('uses the chat template as configured', () => {
    const text = (template: 'auto' | 'chat' | 'none', tokenizer = chatting) =>
      byteTokenizer.decode(promptTokens(tokenizer, 'q', { template, suffix: '!' }))
    expect(text('chat')).toBe('<q!>')
    expect(text('auto')).toBe('<q!>')
    expect(text('none')).toBe('q!')
    expect(byteTokenizer.decode(promptTokens(byteTokenizer, 'q', { template: 'auto', suffix: '!' }))).toBe('q!')
  })

  it('starts plain text with the special tokens of the tokenizer', () => {
    expect(promptTokens(byteTokenizer, 'a', format)[0]).toBe(BOS)
  })
})
