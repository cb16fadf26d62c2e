import type { InstructConfig } from '../config/instruct-config.ts'
import { UserError } from '../errors.ts'
import type { ChatMessage } from '../model/chat-template.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import { chatTokens } from '../rollout/prompt.ts'
import { oneLine } from './parse.ts'

export type PromptConfig = Pick<InstructConfig, 'system' | 'header' | 'template'>

/** The header, the examples as a numbered list of one line each, and the next number: "...\n8. ...\n9." */
export function listText(header: string, examples: readonly string[]): string {
  const items = examples.map((example, i) => `${i + 1}. ${oneLine(example)}`)
  return [header, ...items, `${examples.length + 1}.`].join('\n')
}

/** Is the list shown through the checkpoint's chat template? */
export function usesChat(template: InstructConfig['template'], tokenizer: Pick<Tokenizer, 'hasChatTemplate'>): boolean {
  return template === 'chat' || (template === 'auto' && tokenizer.hasChatTemplate)
}

/**
 * Token ids of a few-shot prompt. With a chat template: system text, and the list as the user's turn; without, the
 * list alone, which the model continues.
 * @throws UserError where the template is asked for and missing, or fails
 */
export function fewShotTokens(config: PromptConfig, examples: readonly string[], tokenizer: Tokenizer): Int32Array {
  const list = listText(config.header, examples)
  if (!usesChat(config.template, tokenizer)) return tokenizer.encode(list)
  const system = oneLine(config.system) === '' ? '' : config.system
  return chatTokens(tokenizer, system, [{ role: 'user', content: list }])
}

/** Tokens to continue, and the text that the continuation is read behind: the number that they end in, if they do. */
export interface OpenPrompt {
  readonly tokens: Int32Array // [T]
  readonly opening: string
}

/** @throws UserError as fewShotTokens */
export const fewShotPrompt = (config: PromptConfig, examples: readonly string[], tokenizer: Tokenizer): OpenPrompt => ({
  tokens: fewShotTokens(config, examples, tokenizer),
  opening: usesChat(config.template, tokenizer) ? '' : `${examples.length + 1}.`,
})

// a last line that is the number of the next item alone
const nextNumber = /(?:^|\n)[ \t]*(\d+[.)][ \t]*)$/

/**
 * A prompt that a user's module wrote: a text as it is, with the special tokens that a text gets; turns through the
 * chat template.
 * @throws UserError for turns where the checkpoint has no chat template, or it fails; for a text without tokens
 */
export function ownPrompt(written: string | readonly ChatMessage[], tokenizer: Tokenizer): OpenPrompt {
  if (typeof written === 'string') {
    const tokens = tokenizer.encode(written)
    if (tokens.length > 0) return { tokens, opening: nextNumber.exec(written)?.[1] ?? '' }
    throw new UserError(`instruct.module: the prompt ${JSON.stringify(written)} has no tokens`)
  }
  try {
    return { tokens: chatTokens(tokenizer, '', written), opening: '' }
  } catch (cause) {
    throw cause instanceof UserError ? new UserError(`instruct.module: ${cause.message}`, { cause }) : cause
  }
}
