import type { InstructConfig } from '../config/instruct-config.ts'
import { UserError } from '../errors.ts'
import type { ChatMessage } from '../model/chat-template.ts'
import { openUserModule, type UserModule } from '../user-module/open-module.ts'
import { quoted, shownValue } from '../user-module/shown-value.ts'

/** What a prompt for new questions is made of. */
export interface PromptRequest {
  readonly examples: readonly string[] // questions from seeds and pool; fewer where the prompt was too long with all
  readonly step: number // 0 in serl instruct
  readonly round: number // of the step, from 0
  readonly seed: number // a 32-bit number, another for each prompt, the same when a run is repeated or resumed
}

/** A continuation that the model sampled. */
export interface Reply {
  readonly continuation: string // with the number in front that the prompt ended in, if it did
  readonly cutOff: boolean // by the token limit
}

/** A user's own prompts for new questions, or own reading of what the model writes, from instruct.module. */
export interface QuestionWriter {
  /** A text to continue, or the turns of a chat that the model answers; null: as usual. @throws UserError */
  readonly prompt: ((request: PromptRequest) => Promise<string | readonly ChatMessage[]>) | null
  /** The questions in a continuation; null: as usual. @throws UserError */
  readonly parse: ((reply: Reply) => Promise<readonly string[]>) | null
  close(): Promise<void>
}

/**
 * Opens a JavaScript module that exports prompt({examples, step, round, seed}), parse({continuation, cutOff}) or both, in its
 * own thread.
 * @returns null: none is set
 * @throws UserError when the file is missing, does not load, or exports neither function
 */
export async function openQuestionWriter({
  module: path,
  moduleLimitMs,
}: Pick<InstructConfig, 'module' | 'moduleLimitMs'>): Promise<QuestionWriter | null> {
  if (path === null) return null
  const module = await openUserModule(path, {
    setting: 'instruct.module',
    kind: 'instruct module',
    functions: { prompt: 'prompt({examples, step, round, seed})', parse: 'parse({continuation})' },
    limitMs: moduleLimitMs,
  })
  const has = (name: string): boolean => module.exported.includes(name)
  return {
    prompt: has('prompt') ? (request) => promptOf(module, path, request) : null,
    parse: has('parse') ? (reply) => questionsOf(module, path, reply) : null,
    close: module.close,
  }
}

async function promptOf(module: UserModule, path: string, request: PromptRequest) {
  const about = `in prompt() of step ${request.step}, round ${request.round}`
  const value = await module.call('prompt', request, about)
  if (typeof value === 'string' || isChat(value)) return value
  throw new UserError(
    `the instruct module ${path} must return a text or a list of {role, content}; ${about} it returned ${shownValue(value)}`,
  )
}

const isChat = (value: unknown): value is ChatMessage[] =>
  Array.isArray(value) && value.length > 0 && value.every(isTurn)

const isTurn = (turn: unknown): turn is ChatMessage => {
  const { role, content } = (turn ?? {}) as Partial<Record<keyof ChatMessage, unknown>>
  return typeof role === 'string' && typeof content === 'string'
}

async function questionsOf(module: UserModule, path: string, reply: Reply): Promise<readonly string[]> {
  const about = `in parse() of ${quoted(reply.continuation)}`
  const value = await module.call('parse', reply, about)
  if (Array.isArray(value) && value.every((question) => typeof question === 'string')) return value
  throw new UserError(
    `the instruct module ${path} must return a list of questions as texts; ${about} it returned ${shownValue(value)}`,
  )
}
