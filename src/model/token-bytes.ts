/** The bytes of every token, one after the other; token t has those from offsets[t] to offsets[t + 1]. */
export interface TokenBytes {
  readonly bytes: Uint8Array
  readonly offsets: Int32Array // [vocabSize + 1]
}

type Json = Readonly<Record<string, unknown>>

/**
 * What each token adds to a text. The decoder of tokenizer.json says how tokens spell bytes: as the letters of GPT-2's
 * byte table, or as text with a mark for the space and <0x0A> for a single byte. Special tokens add nothing.
 * @param description tokenizer.json, with all added tokens
 * @param vocabSize of the model; ids without a token add nothing
 */
export function tokenBytes(description: Json, special: ReadonlySet<number>, vocabSize: number): TokenBytes {
  const spell = JSON.stringify(description.decoder ?? '').includes('"ByteLevel"') ? byteLevel : marked
  const spelled: (Uint8Array | undefined)[] = new Array(vocabSize)
  for (const [token, id] of vocabularyOf(description)) if (id < vocabSize) spelled[id] = spell(token)
  for (const { id, content } of (description.added_tokens ?? []) as { id: number; content: string }[]) {
    if (id < vocabSize) spelled[id] = utf8(content)
  }
  for (const id of special) if (id < vocabSize) spelled[id] = undefined
  const offsets = new Int32Array(vocabSize + 1)
  for (let id = 0; id < vocabSize; id++) offsets[id + 1] = offsets[id]! + (spelled[id]?.length ?? 0)
  const bytes = new Uint8Array(offsets[vocabSize]!)
  for (const [id, part] of spelled.entries()) if (part !== undefined) bytes.set(part, offsets[id]!)
  return { bytes, offsets }
}

/** Token and id; a Unigram vocabulary is a list of [token, score]. */
export function vocabularyOf(description: Json): [string, number][] {
  const { vocab } = (description.model ?? {}) as { readonly vocab?: unknown }
  if (Array.isArray(vocab)) return vocab.map((entry: unknown, id) => [Array.isArray(entry) ? String(entry[0]) : '', id])
  return Object.entries((vocab ?? {}) as Record<string, number>)
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

// GPT-2's bytes_to_unicode: printable bytes stand for themselves, the others for letters from 256 on
const byteOfLetter = new Map<string, number>()
for (let byte = 0, next = 256; byte < 256; byte++) {
  const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  byteOfLetter.set(String.fromCodePoint(printable ? byte : next++), byte)
}

function byteLevel(token: string): Uint8Array {
  const bytes = Array.from(token, (letter) => byteOfLetter.get(letter))
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : utf8(token)
}

function marked(token: string): Uint8Array {
  const single = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)
  if (single !== null) return Uint8Array.of(Number.parseInt(single[1]!, 16))
  return utf8(token.startsWith('##') ? token.slice(2) : token.replaceAll('▁', ' '))
}
