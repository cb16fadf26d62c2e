import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { tokenTexts } from '../../../src/model/token-texts.ts'
import { loadTokenizer } from '../../../src/model/tokenizer.ts'
import { byteTokenizer, byteVocabSize, EOS } from '../../support/byte-tokenizer.ts'

const bytes = byteTokenizer.tokenBytes(byteVocabSize)
const textsOf = (text: string): string[] => tokenTexts(byteTokenizer.encodePlain(text), bytes)

describe('the texts of tokens', () => {
  it('give a character of several tokens to the last of them', () => {
    expect(textsOf('aéb')).toEqual(['a', '', 'é', 'b'])
    expect(textsOf('x😀')).toEqual(['x', '', '', '', '😀'])
    expect(textsOf('\uFEFFa')).toEqual(['', '', '\uFEFF', 'a']) // a byte order mark is a character
  })

  it('are one per token, whatever the bytes, and join to what the decoder says', () => {
    // a lone continuation byte; a character broken off by a letter; one broken off by the end
    const tokens = Int32Array.of(0x80, 0x61, 0xe2, 0x82, 0x62, EOS, 0xf0, 0x9f)
    const texts = tokenTexts(tokens, bytes)
    expect(texts).toEqual(['\uFFFD', 'a', '', '', '\uFFFDb', '', '', '\uFFFD'])
    expect(texts.join('')).toBe(byteTokenizer.decode(tokens))
    expect(tokenTexts(new Int32Array(0), bytes)).toEqual([])
  })

  it('are empty for special tokens, and join to the text with a real tokenizer', async () => {
    const dir = fileURLToPath(new URL('../../../seeds/demo-model', import.meta.url))
    const tokenizer = (await loadTokenizer(dir))!
    const text = 'So 12 + 30 = 42, naïve. 😀\nThe answer is \\boxed{42}.'
    const tokens = Int32Array.of(...tokenizer.encodePlain(text), tokenizer.eosTokenId!)
    const texts = tokenTexts(tokens, tokenizer.tokenBytes(4096))
    expect(texts.length).toBe(tokens.length)
    expect(texts.at(-1)).toBe('')
    expect(texts.join('')).toBe(tokenizer.decode(tokens))
  })
})
