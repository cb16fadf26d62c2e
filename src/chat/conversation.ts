import { UserError } from '../errors.ts'
import { type ChatMessage, refusedByTemplate } from '../model/chat-template.ts'
import type { Tokenizer } from '../model/tokenizer.ts'

/** What was said so far. */
export interface Conversation {
  readonly system: string // empty: none
  readonly turns: readonly ChatMessage[] // user and assistant in turn
}

export const newConversation = (system: string): Conversation => ({ system, turns: [] })

export interface PromptForm {
  readonly raw: boolean // without the chat template
  readonly suffix: string // directly after every question
}

/** A prompt as a model gets it. */
export interface SentPrompt {
  readonly text: string // special tokens of the chat template included
  readonly tokens: Int32Array // [P]
  readonly dropped: number // messages of the past that were left out
}

/**
 * The conversation with a new question. What does not fit the model is left out, the oldest question with its answer first.
 * @param room tokens that a prompt may have
 * @throws UserError where the question alone does not fit, or the chat template fails
 */
export function promptOf(
  tokenizer: Tokenizer,
  { system, turns }: Conversation,
  question: string,
  form: PromptForm,
  room: number,
): SentPrompt {
  for (let dropped = 0; ; dropped += 2) {
    const text = promptText(tokenizer, system, [...turns.slice(dropped), { role: 'user', content: question }], form)
    const tokens = isPlain(tokenizer, form) ? tokenizer.encode(text) : tokenizer.encodePlain(text)
    if (tokens.length <= room) return { text, tokens, dropped }
    if (dropped >= turns.length) {
      throw new UserError(
        `the question makes a prompt of ${tokens.length} tokens, and there is room for ${room}: shorten it, or lower --max-new-tokens`,
      )
    }
  }
}

/** Is there no chat template to apply? */
const isPlain = (tokenizer: Tokenizer, { raw }: PromptForm): boolean => raw || !tokenizer.hasChatTemplate

/** Without a template, one line after the other. Some templates refuse a system turn: its text goes above the first question. */
function promptText(tokenizer: Tokenizer, system: string, turns: readonly ChatMessage[], form: PromptForm): string {
  const asked = turns.map(({ role, content }) => ({ role, content: role === 'user' ? content + form.suffix : content }))
  const hasSystem = system.trim() !== ''
  if (isPlain(tokenizer, form)) {
    const lines = asked.map(({ content }, i) =>
      i === asked.length - 1 || content.endsWith('\n') ? content : `${content}\n`,
    )
    return `${hasSystem ? `${system}\n\n` : ''}${lines.join('')}`
  }
  const options = { addGenerationPrompt: true }
  if (!hasSystem) return tokenizer.renderChat(asked, options)
  try {
    return tokenizer.renderChat([{ role: 'system', content: system }, ...asked], options)
  } catch (error) {
    if (!refusedByTemplate(error)) throw error
    const [first, ...others] = asked
    return tokenizer.renderChat([{ role: 'user', content: `${system}\n\n${first!.content}` }, ...others], options)
  }
}
