import { join } from 'node:path'
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers'
import { UserError } from '../errors.ts'
import { type ChatMessage, type ChatOptions, loadChatTemplate } from './chat-template.ts'
import { describe, int32, jsonFields, messageOf, shownName } from './json-fields.ts'
import { readJsonFile } from './model-file.ts'
import { completeAddedTokens, specialTokenIds, specialTokenTexts } from './special-tokens.ts'
import { type TokenBytes, tokenBytes, vocabularyOf } from './token-bytes.ts'

/** Text to token ids and back, as the checkpoint's own files define it. */
export interface Tokenizer {
  /** With the special tokens that a text gets before the model sees it (a BOS, where there is one); never two BOS. */
  encode(text: string): Int32Array // [T]
  /** No special token added; those written in the text are recognised. */
  encodePlain(text: string): Int32Array // [T]
  /** Special tokens and unknown ids are left out. */
  decode(tokens: Int32Array | readonly number[]): string
  /** The chat template applied; its text brings its own special tokens, none are added. */
  chat(messages: readonly ChatMessage[], options: ChatOptions): Int32Array // [T]
  /** @throws UserError where the folder has no chat template, or the template fails */
  renderChat(messages: readonly ChatMessage[], options: ChatOptions): string
  readonly hasChatTemplate: boolean
  readonly bosToken: string | null
  readonly bosTokenId: number | null
  readonly eosTokenId: number | null
  /** What each token adds to a text; computed once. */
  tokenBytes(vocabSize: number): TokenBytes
  /** Id of a token's text, or null. */
  idOf(token: string): number | null
}

const mostBytes = 64 * 2 ** 20 // the largest known have 35 MB

export interface TokenizerOptions {
  /** The date that chat templates see (Llama 3.2's writes it into the prompt); default today. */
  readonly now?: Date
  /** Ids that the model has; default any. */
  readonly vocabSize?: number
}

/**
 * Loads the tokenizer of a checkpoint folder: tokenizer.json, with tokenizer_config.json and chat_template.jinja where
 * they exist.
 * @returns null where the folder has no tokenizer.json
 * @throws UserError naming the file that cannot be used; the tokenizer's methods do so too, for a text that fails
 */
export async function loadTokenizer(dir: string, options: TokenizerOptions = {}): Promise<Tokenizer | null> {
  const file = join(dir, 'tokenizer.json')
  const raw = await readJsonFile(file, mostBytes)
  if (raw === null) return null
  const configFile = join(dir, 'tokenizer_config.json')
  const config = jsonFields((await readJsonFile(configFile)) ?? {}, configFile).raw
  const { description, library } = openLibrary(jsonFields(raw, file).raw, config, file)
  const { vocabSize = int32.most + 1 } = options
  requireTokensOf(description, vocabSize, file)
  const specialTokens = specialTokenTexts(config)
  const template = await loadChatTemplate(dir, config, { specialTokens, now: options.now ?? new Date() })

  const idOf = (token: string | undefined) => (token === undefined ? null : (library.token_to_id(token) ?? null))
  const bosTokenId = idOf(specialTokens.bos_token)
  const eosTokenId = idOf(specialTokens.eos_token)
  const encodeAll = (text: string, special: boolean) => textIds(library, text, { special, vocabSize, file })
  const encodePlain = (text: string) => Int32Array.from(encodeAll(text, false))
  const encode = encoderWithSpecialTokens(encodeAll, config, { bosTokenId, eosTokenId })
  const renderChat: Tokenizer['renderChat'] = (messages, chatOptions) => {
    if (template === null) {
      throw new UserError(
        `${dir} has no chat template: add chat_template.jinja to it, or give the prompt as plain text or tokens`,
      )
    }
    return template.render(messages, chatOptions)
  }
  return {
    encode,
    encodePlain,
    decode: decoder(library, description, config, file),
    chat: (messages, chatOptions) => encodePlain(renderChat(messages, chatOptions)),
    renderChat,
    hasChatTemplate: template !== null,
    bosToken: specialTokens.bos_token ?? null,
    bosTokenId,
    eosTokenId,
    tokenBytes: once((size) => tokenBytes(description, specialTokenIds(description, config), size)),
    idOf,
  }
}

/** Remembers the result of the latest argument. */
function once<T>(work: (size: number) => T): (size: number) => T {
  let known: { readonly size: number; readonly value: T } | undefined
  return (size) => {
    if (known?.size !== size) known = { size, value: work(size) }
    return known.value
  }
}

type Json = Readonly<Record<string, unknown>>

/** @throws UserError naming the file: a tokenizer of an unknown kind, or one that is broken */
function openLibrary(raw: Json, config: Json, file: string): { description: Json; library: HuggingFaceTokenizer } {
  try {
    requireParts(raw)
    const description = completeAddedTokens(raw, config)
    return { description, library: new HuggingFaceTokenizer(description, config) }
  } catch (cause) {
    throw new UserError(`${file}: this tokenizer is not supported: ${messageOf(cause)}`, { cause })
  }
}

/** @throws Error naming a part that is not what the library expects */
function requireParts(raw: Json): void {
  const { vocab } = (raw.model ?? {}) as { readonly vocab?: unknown }
  if (typeof vocab !== 'object' || vocab === null) {
    throw new Error(`"model" must be an object with a "vocab", found ${describe(raw.model)}`)
  }
  for (const part of ['normalizer', 'pre_tokenizer', 'post_processor', 'decoder']) {
    const found = raw[part] ?? null
    if (found === null || typeof (found as { readonly type?: unknown }).type === 'string') continue
    throw new Error(`"${part}" must be an object with a "type", found ${describe(found)}`)
  }
}

/**
 * Every token of the tokenizer must have a row in the model's embedding: a text could hold it in the middle of a run.
 * @throws UserError naming the tokens without one
 */
function requireTokensOf(description: Json, vocabSize: number, file: string): void {
  const added = description.added_tokens as readonly { readonly id: number; readonly content: string }[]
  const all = [...added.map(({ id, content }) => [content, id] as const), ...vocabularyOf(description)]
  const beyond = all.filter(([, id]) => id >= vocabSize)
  if (beyond.length === 0) return
  const shown = beyond.slice(0, 3).map(([token, id]) => `${shownName(token)} (${id})`)
  const more = beyond.length > 3 ? ` and ${beyond.length - 3} more` : ''
  throw new UserError(
    `${file}: the model has tokens 0 to ${vocabSize - 1}, but its tokenizer also has ${shown.join(', ')}${more}: check that ` +
      'tokenizer and weights belong together, or remove these tokens from tokenizer.json and tokenizer_config.json',
  )
}

/** Ids of a text. @throws UserError where the library fails on it, or has an id that the model does not have */
function textIds(
  library: HuggingFaceTokenizer,
  text: string,
  { special, vocabSize, file }: { readonly special: boolean; readonly vocabSize: number; readonly file: string },
): readonly number[] {
  let ids: readonly number[]
  try {
    ids = library.encode(text, { add_special_tokens: special }).ids
  } catch (cause) {
    throw new UserError(`${file}: this tokenizer fails on a text: ${messageOf(cause)}`, { cause })
  }
  const bad = ids.findIndex((id) => !(Number.isInteger(id) && id >= 0 && id < vocabSize))
  if (bad < 0) return ids
  const found = describe(ids[bad])
  throw new UserError(
    `${file}: a text becomes token ${found}, but the model has 0 to ${vocabSize - 1}: check that tokenizer and weights belong together`,
  )
}

/**
 * add_bos_token or add_eos_token in tokenizer_config.json replace tokenizer.json's post-processor, as in
 * transformers 5.
 */
function encoderWithSpecialTokens(
  encodeAll: (text: string, special: boolean) => readonly number[],
  config: Json,
  ids: { readonly bosTokenId: number | null; readonly eosTokenId: number | null },
): (text: string) => Int32Array {
  const { bosTokenId, eosTokenId } = ids
  const configured = 'add_bos_token' in config || 'add_eos_token' in config
  const before = config.add_bos_token === true && bosTokenId !== null ? [bosTokenId] : []
  const after = config.add_eos_token === true && eosTokenId !== null ? [eosTokenId] : []
  return (text) => {
    const plain = encodeAll(text, false)
    const tokens = configured ? [...before, ...plain, ...after] : encodeAll(text, true)
    // a text that brings its own BOS must not get a second one
    const twice =
      bosTokenId !== null && plain[0] === bosTokenId && tokens.length > plain.length && tokens[1] === bosTokenId
    return Int32Array.from(twice ? tokens.slice(1) : tokens)
  }
}

function decoder(library: HuggingFaceTokenizer, description: Json, config: Json, file: string): Tokenizer['decode'] {
  const special = specialTokenIds(description, config)
  // the clean-up is for WordPiece; on BPE it eats spaces before punctuation (transformers 5 ignores the flag there too)
  const bpe = (description.model as { type?: unknown } | undefined)?.type === 'BPE'
  const cleanUp = config.clean_up_tokenization_spaces === true && !bpe
  return (tokens) => {
    const shown = Array.from(tokens).filter((id) => !special.has(id) && library.id_to_token(id) !== undefined)
    if (shown.length === 0) return '' // the library throws on an empty list
    try {
      return library.decode(shown, { skip_special_tokens: false, clean_up_tokenization_spaces: cleanUp })
    } catch (cause) {
      throw new UserError(`${file}: this tokenizer fails on tokens: ${messageOf(cause)}`, { cause })
    }
  }
}
