import { type ChatMessage, refusedByTemplate } from '../model/chat-template.ts'
import type { Tokenizer } from '../model/tokenizer.ts'

/** A worked question, shown before the one that is asked. */
export interface PromptExample {
  readonly question: string
  readonly response: string
}

/** How a question is asked. */
export interface PromptFormat {
  readonly template: 'auto' | 'chat' | 'none' // auto: chat where the tokenizer has a template
  readonly suffix: string // directly after the question
  readonly prompt?: string // the text around question and suffix, in the place of {question}; default {question}
  readonly system?: string // default none
  readonly examples?: readonly PromptExample[]
  readonly specialTokens?: boolean // that a bare text gets in front, such as BOS; default true
}

export const placeholder = '{question}'

/**
 * A question as the model sees it: in a chat, the system text and earlier turns come before it; without, they are text
 * above it.
 * @returns [P] tokens, special tokens included
 * @throws UserError for template chat where the checkpoint has no chat template
 */
export function promptTokens(tokenizer: Tokenizer, question: string, format: PromptFormat): Int32Array {
  const { template, system = '', examples = [], specialTokens = true } = format
  if (template === 'chat' || (template === 'auto' && tokenizer.hasChatTemplate)) {
    const turns = examples.flatMap((example): ChatMessage[] => [
      { role: 'user', content: askedText(example.question, format) },
      { role: 'assistant', content: example.response },
    ])
    return chatTokens(tokenizer, system, [...turns, { role: 'user', content: askedText(question, format) }])
  }
  const shown = examples.map((example) => {
    const asked = askedText(example.question, format)
    return `${asked}${/\s$/.test(asked) ? '' : ' '}${example.response}\n\n`
  })
  const text = [system === '' ? '' : `${system}\n\n`, ...shown, askedText(question, format)].join('')
  return specialTokens ? tokenizer.encode(text) : tokenizer.encodePlain(text)
}

const askedText = (question: string, { prompt = placeholder, suffix }: PromptFormat): string =>
  prompt.replaceAll(placeholder, () => question + suffix)

/**
 * Turns of a chat, up to where the model answers. Some templates refuse a system turn: its text then goes above the
 * first user's.
 * @param system empty: none
 * @throws UserError where the template fails for another reason
 */
export function chatTokens(tokenizer: Tokenizer, system: string, turns: readonly ChatMessage[]): Int32Array {
  const options = { addGenerationPrompt: true }
  if (system.trim() === '') return tokenizer.chat(turns, options)
  try {
    return tokenizer.chat([{ role: 'system', content: system }, ...turns], options)
  } catch (error) {
    if (!refusedByTemplate(error)) throw error
    const [first, ...others] = turns
    return tokenizer.chat([{ role: 'user', content: `${system}\n\n${first!.content}` }, ...others], options)
  }
}
