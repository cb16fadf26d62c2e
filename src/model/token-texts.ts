import type { TokenBytes } from './token-bytes.ts'

/**
 * The text that each token adds. A character that several tokens spell belongs to the last of them; special tokens add
 * nothing. Joined, it is what the tokens' bytes spell, with U+FFFD for bytes that are no UTF-8; some tokenizers' decoders
 * leave out a space at the front of it.
 * @param tokens [T]
 * @returns [T]
 */
export function tokenTexts(tokens: Int32Array, { bytes, offsets }: TokenBytes): string[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const texts: string[] = []
  for (const token of tokens) {
    texts.push(decoder.decode(bytes.subarray(offsets[token], offsets[token + 1]), { stream: true }))
  }
  const unfinished = decoder.decode() // a character whose last bytes never came
  if (unfinished !== '') texts[texts.length - 1] += unfinished
  return texts
}
