import type { Tokenizer } from '../../src/model/tokenizer.ts'

export const BOS = 256
export const EOS = 257
export const byteVocabSize = 258

const bytes = (text: string): number[] => Array.from(new TextEncoder().encode(text))

/** UTF-8 bytes as tokens, a BOS in front of encoded texts, no chat template. */
export const byteTokenizer: Tokenizer = {
  encode: (text) => Int32Array.from([BOS, ...bytes(text)]),
  encodePlain: (text) => Int32Array.from(bytes(text)),
  decode: (tokens) => new TextDecoder().decode(Uint8Array.from(Array.from(tokens).filter((token) => token < 256))),
  chat: () => {
    throw new Error('the byte tokenizer has no chat template')
  },
  renderChat: () => {
    throw new Error('the byte tokenizer has no chat template')
  },
  hasChatTemplate: false,
  bosToken: null,
  bosTokenId: BOS,
  eosTokenId: EOS,
  tokenBytes: (vocabSize) => ({
    bytes: Uint8Array.from({ length: 256 }, (_, byte) => byte),
    offsets: Int32Array.from({ length: vocabSize + 1 }, (_, id) => Math.min(id, 256)),
  }),
  idOf: () => null,
}
