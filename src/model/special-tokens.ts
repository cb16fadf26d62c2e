// Special tokens are defined in two files: tokenizer.json's added_tokens, and tokenizer_config.json's named tokens
// (bos_token ...) and added_tokens_decoder. transformers puts them together when it loads; so does this module.

import { describe } from './json-fields.ts'

interface AddedToken {
  readonly id: number
  readonly content: string
  readonly special: boolean
}

type Json = Readonly<Record<string, unknown>>

const named = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'] as const

/** The named special tokens of tokenizer_config.json, as text: what a chat template sees. */
export function specialTokenTexts(config: Json): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const name of named) {
    const value = config[name]
    const text = typeof value === 'string' ? value : (value as AddedToken | null | undefined)?.content
    if (typeof text === 'string') texts[name] = text
  }
  return texts
}

/**
 * tokenizer.json with the tokens that only tokenizer_config.json declares added to its added_tokens.
 * @throws Error saying which token has no id or no text
 */
export function completeAddedTokens(description: Json, config: Json): Json {
  const listed = addedTokens(description)
  const known = new Set(listed.map((token) => token.content))
  const declared: AddedToken[] = [...decoderEntries(config)]
  const vocabulary = (description.model as { vocab?: unknown } | undefined)?.vocab
  if (typeof vocabulary === 'object' && vocabulary !== null && !Array.isArray(vocabulary)) {
    for (const content of Object.values(specialTokenTexts(config))) {
      const id = (vocabulary as Record<string, unknown>)[content]
      if (typeof id === 'number') declared.push({ id, content, special: true })
    }
  }
  const added = new Map(declared.filter((token) => !known.has(token.content)).map((token) => [token.content, token]))
  return { ...description, added_tokens: [...listed, ...added.values()] }
}

/** Ids that decoding leaves out. */
export function specialTokenIds(description: Json, config: Json): Set<number> {
  const texts = new Set(Object.values(specialTokenTexts(config)))
  const extra = config.additional_special_tokens
  for (const token of Array.isArray(extra) ? extra : []) {
    const text: unknown = typeof token === 'string' ? token : (token as AddedToken | null)?.content
    if (typeof text === 'string') texts.add(text)
  }
  const special = addedTokens(description).filter((token) => token.special || texts.has(token.content))
  return new Set(special.map((token) => token.id))
}

function addedTokens(description: Json): AddedToken[] {
  const listed: unknown = description.added_tokens ?? []
  if (!Array.isArray(listed)) throw new Error(`"added_tokens" must be a list, found ${describe(listed)}`)
  const bad = listed.find((token) => !isAddedToken(token))
  if (bad !== undefined) throw new Error(`"added_tokens" must have an id and a content each, found ${describe(bad)}`)
  return listed
}

function isAddedToken(token: unknown): token is AddedToken {
  const { id, content } = (token ?? {}) as Partial<AddedToken>
  return typeof content === 'string' && content !== '' && Number.isSafeInteger(id) && id! >= 0
}

function* decoderEntries(config: Json): Generator<AddedToken> {
  const entries = config.added_tokens_decoder
  if (typeof entries !== 'object' || entries === null) return
  for (const [id, token] of Object.entries(entries as Record<string, AddedToken>)) {
    const added = { ...token, id: Number(id), special: token?.special === true }
    if (isAddedToken(added)) yield added
  }
}
