import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { RaisedByTemplate } from '../jinja/budget.ts'
import { compileTemplate, type Template } from '../jinja/template.ts'
import { describe, messageOf, shownName } from './json-fields.ts'
import { readModelFile } from './model-file.ts'
import { strftime } from './strftime.ts'

export interface ChatMessage {
  readonly role: string // "system", "user", "assistant"
  readonly content: string
}

export interface ChatOptions {
  /** Ends with the opening of the assistant's turn. */
  readonly addGenerationPrompt: boolean
  /** Variables of the template's own, e.g. Qwen3's enable_thinking. */
  readonly variables?: Readonly<Record<string, unknown>>
}

export interface ChatTemplate {
  /** Where the template's text is, for messages. */
  readonly source: string
  /** @throws UserError naming the template's file and what failed in it */
  render(messages: readonly ChatMessage[], options: ChatOptions): string
}

/** Variables of every template besides the messages. */
export interface TemplateContext {
  /** bos_token, eos_token and the like, as text. */
  readonly specialTokens: Readonly<Record<string, string>>
  /** The date of strftime_now: fixed for a run, because a template with a date would change at midnight. */
  readonly now: Date
}

/**
 * The chat template of a checkpoint folder: chat_template.jinja, else tokenizer_config.json's chat_template (a text,
 * or a list of named ones, of which "default" is taken).
 * @returns null where the folder has none
 * @throws UserError naming the file: no template called default, or not parsable
 */
export async function loadChatTemplate(
  dir: string,
  tokenizerConfig: Readonly<Record<string, unknown>>,
  context: TemplateContext,
): Promise<ChatTemplate | null> {
  const file = join(dir, 'chat_template.jinja')
  const bytes = await readModelFile(file)
  if (bytes !== null) return chatTemplate(bytes.toString('utf8'), file, context)
  const source = `${join(dir, 'tokenizer_config.json')}: "chat_template"`
  const configured = defaultTemplate(tokenizerConfig.chat_template, source)
  return configured === null ? null : chatTemplate(configured, source, context)
}

function defaultTemplate(value: unknown, source: string): string | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return value
  if (Array.isArray(value)) {
    const named = value.map((entry) => (entry ?? {}) as { name?: unknown; template?: unknown })
    const found = named.find((entry) => entry.name === 'default') ?? (named.length === 1 ? named[0] : undefined)
    if (typeof found?.template === 'string') return found.template
    const names = named.slice(0, 8).map(({ name }) => (typeof name === 'string' ? shownName(name) : describe(name)))
    throw new UserError(`${source} lists ${names.join(', ') || 'nothing'}, but no template called "default"`)
  }
  throw new UserError(`${source} must be a string or a list of named templates`)
}

/** Whether a chat was not rendered because its template does not take such messages, and says so. */
export const refusedByTemplate = (error: unknown): boolean =>
  error instanceof UserError && error.cause instanceof RaisedByTemplate

/**
 * Compiles a Jinja template; the environment is that of transformers' apply_chat_template.
 * @param source where the text is, for messages
 * @throws UserError if the text is not a template, or has a part that is not supported
 */
export function chatTemplate(text: string, source: string, context: TemplateContext): ChatTemplate {
  const failed = (cause: unknown) =>
    new UserError(`${source}: the chat template failed: ${messageOf(cause)}`, { cause })
  let template: Template
  try {
    template = compileTemplate(text)
  } catch (cause) {
    throw failed(cause)
  }
  return {
    source,
    render(messages, options) {
      const variables = {
        tools: null,
        documents: null,
        ...context.specialTokens,
        ...options.variables,
        messages: messages.map(({ role, content }) => ({ role, content })),
        add_generation_prompt: options.addGenerationPrompt,
      }
      try {
        return template.render(variables, (format) => strftime(context.now, format))
      } catch (cause) {
        throw failed(cause)
      }
    },
  }
}
