import { UserError } from '../../../src/errors.ts'
import { RaisedByTemplate } from '../../../src/jinja/budget.ts'
import type { Tokenizer } from '../../../src/model/tokenizer.ts'

/** One token per character (its code), "^" as BOS, "$" as end of text. */
export function characterTokenizer(template: 'system' | 'no system' | null): Tokenizer {
  const encodePlain = (text: string) => Int32Array.from(text, (character) => character.charCodeAt(0))
  const renderChat: Tokenizer['renderChat'] = (messages, options) => {
    if (template === null) throw new UserError('no chat template')
    if (template === 'no system' && messages[0]?.role === 'system') {
      throw new UserError('the chat template failed', { cause: new RaisedByTemplate('System role not supported') })
    }
    const turns = messages.map(({ role, content }) => `<${role}>${content}`)
    return `^${turns.join('')}${options.addGenerationPrompt ? '<assistant>' : ''}`
  }
  return {
    encode: (text) => encodePlain(`^${text}`),
    encodePlain,
    decode: (tokens) => textOf(tokens).replaceAll(/[\^$]/g, ''),
    chat: (messages, options) => encodePlain(renderChat(messages, options)),
    renderChat,
    hasChatTemplate: template !== null,
    bosToken: '^',
    bosTokenId: 94,
    eosTokenId: 36,
    tokenBytes: () => {
      throw new Error('unused')
    },
    idOf: (token) => token.charCodeAt(0),
  }
}

export function textOf(tokens: Int32Array | readonly number[]): string {
  return String.fromCharCode(...tokens)
}
