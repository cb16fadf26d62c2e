import type { TokenBytes } from '../model/token-bytes.ts'

/** Makes text of tokens as they come; a character that several tokens spell appears with the last of them. */
export interface TextStream {
  push(token: number): string
  /** What remains of a character that was never finished. */
  end(): string
}

/** A space at the front is left out, as tokenizers' decoders do. */
export function textStream({ bytes, offsets }: TokenBytes): TextStream {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let isFront = true
  const trimmed = (text: string): string => {
    if (!isFront || text === '') return text
    isFront = false
    return text.startsWith(' ') ? text.slice(1) : text
  }
  return {
    push: (token) => trimmed(decoder.decode(bytes.subarray(offsets[token], offsets[token + 1]), { stream: true })),
    end: () => trimmed(decoder.decode()),
  }
}
