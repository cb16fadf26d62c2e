import { join } from 'node:path'
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers'
import { UserError } from '../errors.ts'
import { type ChatMessage, type ChatOptions, loadChatTemplate } from './chat-template.ts'
import { jsonFields, readJsonFile } from './json-fields.ts'
import { completeAddedTokens, specialTokenIds, specialTokenTexts } from './special-tokens.ts'

/** Text to token ids and back, as the checkpoint's own files define it. */
export interface Tokenizer {
  /** With the special tokens that a text gets before the model sees it (a BOS, where there is one); never two BOS. */
  encode(text: string): Int32Array // [T]
  /** No special token added; those written in the text are recognised. */
  encodePlain(text: string): Int32Array // [T]
  /** Special tokens, and ids that stand for nothing, are left out. */
  decode(tokens: Int32Array | readonly number[]): string
  /** The chat template applied; its text brings its own special tokens, none are added. */
  chat(messages: readonly ChatMessage[], options: ChatOptions): Int32Array // [T]
  /** @throws UserError where the folder has no chat template, or the template fails */
  renderChat(messages: readonly ChatMessage[], options: ChatOptions): string
  readonly hasChatTemplate: boolean
  readonly bosToken: string | null
  readonly bosTokenId: number | null
  readonly eosTokenId: number | null
  /** Id of a token's text, or null. */
  idOf(token: string): number | null
}

/**
 * Loads the tokenizer of a checkpoint folder: tokenizer.json, with tokenizer_config.json and chat_template.jinja where
 * they exist.
 * @param options.now the date that chat templates see (Llama 3.2's writes it into the prompt); default today
 * @returns null where the folder has no tokenizer.json
 * @throws UserError naming the file that cannot be used
 */
export async function loadTokenizer(dir: string, options: { readonly now?: Date } = {}): Promise<Tokenizer | null> {
  const file = join(dir, 'tokenizer.json')
  const raw = await readJsonFile(file)
  if (raw === null) return null
  const configFile = join(dir, 'tokenizer_config.json')
  const config = jsonFields((await readJsonFile(configFile)) ?? {}, configFile).raw
  const description = completeAddedTokens(jsonFields(raw, file).raw, config)
  let library: HuggingFaceTokenizer
  try {
    library = new HuggingFaceTokenizer(description, config)
  } catch (cause) {
    throw new UserError(`${file}: this tokenizer is not supported: ${(cause as Error).message}`, { cause })
  }
  const specialTokens = specialTokenTexts(config)
  const template = await loadChatTemplate(dir, config, { specialTokens, now: options.now ?? new Date() })

  const idOf = (token: string | undefined) => (token === undefined ? null : (library.token_to_id(token) ?? null))
  const bosTokenId = idOf(specialTokens.bos_token)
  const eosTokenId = idOf(specialTokens.eos_token)
  const encodePlain = (text: string) => Int32Array.from(library.encode(text, { add_special_tokens: false }).ids)
  const encode = encoderWithSpecialTokens(library, config, { bosTokenId, eosTokenId })
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
    decode: decoder(library, description, config),
    chat: (messages, chatOptions) => encodePlain(renderChat(messages, chatOptions)),
    renderChat,
    hasChatTemplate: template !== null,
    bosToken: specialTokens.bos_token ?? null,
    bosTokenId,
    eosTokenId,
    idOf,
  }
}

/**
 * add_bos_token or add_eos_token in tokenizer_config.json take the place of tokenizer.json's post-processor, as in
 * transformers 5.
 */
function encoderWithSpecialTokens(
  library: HuggingFaceTokenizer,
  config: Readonly<Record<string, unknown>>,
  ids: { readonly bosTokenId: number | null; readonly eosTokenId: number | null },
): (text: string) => Int32Array {
  const { bosTokenId, eosTokenId } = ids
  const configured = 'add_bos_token' in config || 'add_eos_token' in config
  const before = config.add_bos_token === true && bosTokenId !== null ? [bosTokenId] : []
  const after = config.add_eos_token === true && eosTokenId !== null ? [eosTokenId] : []
  return (text) => {
    const plain = library.encode(text, { add_special_tokens: false }).ids
    const tokens = configured ? [...before, ...plain, ...after] : library.encode(text).ids
    // a text that brings its own BOS must not get a second one
    const twice =
      bosTokenId !== null && plain[0] === bosTokenId && tokens.length > plain.length && tokens[1] === bosTokenId
    return Int32Array.from(twice ? tokens.slice(1) : tokens)
  }
}

function decoder(
  library: HuggingFaceTokenizer,
  description: Readonly<Record<string, unknown>>,
  config: Readonly<Record<string, unknown>>,
): Tokenizer['decode'] {
  const special = specialTokenIds(description, config)
  // the clean-up is for WordPiece; on BPE it eats spaces before punctuation (transformers 5 ignores the flag there too)
  const bpe = (description.model as { type?: unknown } | undefined)?.type === 'BPE'
  const cleanUp = config.clean_up_tokenization_spaces === true && !bpe
  return (tokens) => {
    const shown = Array.from(tokens).filter((id) => !special.has(id) && library.id_to_token(id) !== undefined)
    if (shown.length === 0) return '' // the library throws on an empty list
    return library.decode(shown, { skip_special_tokens: false, clean_up_tokenization_spaces: cleanUp })
  }
}
