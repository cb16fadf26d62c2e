import type { Tokenizer } from '../model/tokenizer.ts'

export interface PromptFormat {
  readonly template: 'auto' | 'chat' | 'none' // auto: chat where the tokenizer has a template
  readonly suffix: string // after the question
}

/**
 * A question as the model sees it.
 * @returns [P] tokens, special tokens included
 * @throws UserError for template chat where the checkpoint has no chat template
 */
export function promptTokens(tokenizer: Tokenizer, question: string, format: PromptFormat): Int32Array {
  const text = question + format.suffix
  const chat = format.template === 'chat' || (format.template === 'auto' && tokenizer.hasChatTemplate)
  return chat
    ? tokenizer.chat([{ role: 'user', content: text }], { addGenerationPrompt: true })
    : tokenizer.encode(text)
}
