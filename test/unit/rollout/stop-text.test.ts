import { describe, expect, it, vi } from 'vitest'
import { tokenBytes } from '../../../src/model/token-bytes.ts'
import { loadTokenizer } from '../../../src/model/tokenizer.ts'
import { rollOut } from '../../../src/rollout/rollout.ts'
import { cutAtStop, stopStrings } from '../../../src/rollout/stop-text.ts'
import { EOS } from '../../support/byte-tokenizer.ts'
import { fakeModel } from '../../support/fake-model.ts'

vi.setConfig({ testTimeout: 60_000 }) // long on a busy machine

const demo = (await loadTokenizer('seeds/demo-model'))!
const response = (text: string) => {
  const tokens = demo.encodePlain(text)
  return {
    tokens,
    logprobs: new Float32Array(tokens.length),
    text: demo.decode(tokens),
    finishReason: 'length' as const,
  }
}

describe('a response with a stop text', () => {
  it('ends where it begins, and keeps the tokens that spell it', () => {
    const whole = response('Add 3 and 4. The answer is 7.\nQuestion: what is 5 + 5?')
    const cut = cutAtStop(whole, ['Question:', '\nQuestion'], demo)
    expect(cut.text).toBe('Add 3 and 4. The answer is 7.')
    expect(cut.finishReason).toBe('stop')
    expect(cut.logprobs.length).toBe(cut.tokens.length)
    expect(demo.decode(cut.tokens)).toContain('\nQuestion')
    expect(demo.decode(cut.tokens.subarray(0, -1))).not.toContain('\nQuestion')
    expect(whole.tokens.subarray(0, cut.tokens.length)).toEqual(cut.tokens)
  })

  it('stays as it is without one', () => {
    const whole = response('The answer is 7.')
    expect(cutAtStop(whole, ['Question:'], demo)).toBe(whole)
    expect(cutAtStop(whole, [], demo)).toBe(whole)
  })
})

describe('the bytes of tokens', () => {
  it('of the demonstration spell its texts', () => {
    const { bytes, offsets } = demo.tokenBytes(2000)
    for (const text of ['Maria buys 12 apples, at $3 each.', 'a\n\tb', 'naïve – “é”', '  two spaces']) {
      const tokens = demo.encodePlain(text)
      const spelled = Buffer.concat(Array.from(tokens, (id) => bytes.subarray(offsets[id], offsets[id + 1])))
      expect(spelled.toString()).toBe(demo.decode(tokens))
    }
    expect(stopStrings(demo, [], 10)).toBeUndefined()
    expect(stopStrings(demo, ['x'], 2000)!.tokenOffsets).toBe(offsets)
  })

  it('of a SentencePiece vocabulary have spaces, and single bytes', () => {
    const description = {
      model: { vocab: { '▁a': 0, b: 1, '<0x0A>': 2, '</s>': 3 } },
      added_tokens: [{ id: 5, content: '<tool>' }],
      decoder: { type: 'Sequence', decoders: [{ type: 'Replace' }, { type: 'ByteFallback' }] },
    }
    const { bytes, offsets } = tokenBytes(description, new Set([3]), 6)
    expect(Buffer.from(bytes).toString()).toBe(' ab\n<tool>')
    expect([...offsets]).toEqual([0, 2, 3, 4, 4, 4, 10])
  })
})

it('a rollout ends at a stop text, in the engine already', async () => {
  const { engine, tokenizer } = await fakeModel(false)
  const prompted = [{ question: { id: 'q', text: '', source: 'seed' as const }, promptTokens: Int32Array.of(97) }]
  const sampling = {
    samplesPerPrompt: 16,
    maxNewTokens: 40,
    temperature: 1,
    topP: 1,
    presencePenalty: 0,
    stopTokens: Int32Array.of(EOS),
    seeds: Uint32Array.from({ length: 16 }, (_, i) => i),
  }
  const [free] = await rollOut(engine, tokenizer, prompted, sampling)
  const stop = free!.responses.find(({ text }) => text.length >= 6)!.text.slice(2, 4)
  const [group] = await rollOut(engine, tokenizer, prompted, { ...sampling, stopTexts: [stop] })
  let ended = 0
  for (const [i, { text, tokens, finishReason }] of group!.responses.entries()) {
    const at = free!.responses[i]!.text.indexOf(stop)
    if (at < 0) expect(text).toBe(free!.responses[i]!.text)
    else {
      ended++
      expect([text, tokens.length, finishReason]).toEqual([free!.responses[i]!.text.slice(0, at), at + 2, 'stop'])
    }
  }
  expect(ended).toBeGreaterThan(0)
})
