import { UserError } from '../../errors.ts'
import { fieldsFound, type JsonLine, readJsonl } from '../../jsonl.ts'
import type { ChatMessage } from '../../model/chat-template.ts'
import type { DescribedModel } from '../../model/open-model.ts'
import type { Tokenizer } from '../../model/tokenizer.ts'
import { joinTokens, type TokenSequence } from '../../rollout/pack.ts'
import { promptTokens } from '../../rollout/prompt.ts'

/** What turns an input line into tokens. */
export interface Encoding {
  readonly tokenizer: Tokenizer | null // null: the folder has none
  readonly vocabSize: number
  readonly raw: boolean // texts as they are, without the chat template
  readonly suffix: string // put after a prompt's text
  readonly maxPositions: number // longest sequence of the model
  readonly newTokens: number // that a line must leave room for
}

export interface TextFlags {
  readonly raw?: boolean
  readonly suffix?: string
  readonly maxNewTokens?: number
}

/** The encoding that a command's flags ask for. */
export const encodingOf = ({ tokenizer, checkpoint }: DescribedModel, flags: TextFlags): Encoding => ({
  tokenizer,
  vocabSize: checkpoint.config.vocabSize,
  raw: flags.raw ?? false,
  suffix: flags.suffix ?? '',
  maxPositions: checkpoint.config.maxPositionEmbeddings,
  newTokens: flags.maxNewTokens ?? 0,
})

type Fields = Readonly<Record<string, unknown>>

const promptFields = ['prompt', 'problem', 'question', 'text'] as const

/**
 * Prompts of `serl generate`: {"prompt"} (or "problem", "question", "text"), {"messages"} or {"tokens"} per line.
 * Messages are refused with `raw`.
 * @returns [n] of [P] tokens
 * @throws UserError naming file and line
 */
export const readPrompts = (path: string, encoding: Encoding): Promise<Int32Array[]> =>
  mapLines(path, (fields, where) => {
    const tokens = onePrompt(fields, encoding, where)
    requireFit(tokens, encoding, where)
    return tokens
  })

function onePrompt(fields: Fields, encoding: Encoding, where: string): Int32Array {
  if (fields.tokens !== undefined) return tokenList(fields.tokens, encoding.vocabSize, where)
  if (fields.messages !== undefined) {
    if (encoding.raw) {
      throw new UserError(
        `${where}: "messages" need the chat template, which --raw turns off: omit --raw, or give {"prompt"}`,
      )
    }
    const tokenizer = needTokenizer(encoding, where)
    return tokenizer.chat(messageList(fields.messages, where), { addGenerationPrompt: true })
  }
  const text = promptFields.map((name) => fields[name]).find((value) => typeof value === 'string')
  if (text !== undefined) return encodePrompt(text as string, encoding, where)
  throw new UserError(
    `${where}: expected {"prompt": "..."} (or "problem", "question", "text"), {"messages": [...]} or {"tokens": [...]}${fieldsFound(fields)}`,
  )
}

/**
 * Sequences of `serl score`: {"tokens"} (all but the first are scored) or {"prompt","response"} (the response's are).
 * @throws UserError naming file and line
 */
export const readSequences = (path: string, encoding: Encoding): Promise<TokenSequence[]> =>
  mapLines(path, (fields, where) => {
    const sequence = oneSequence(fields, encoding, where)
    requireFit(sequence.tokens, encoding, where)
    return sequence
  })

function oneSequence(fields: Fields, encoding: Encoding, where: string): TokenSequence {
  if (fields.tokens !== undefined) {
    return { tokens: tokenList(fields.tokens, encoding.vocabSize, where), promptLength: 1 }
  }
  if (typeof fields.prompt === 'string' && typeof fields.response === 'string') {
    const prompt = encodePrompt(fields.prompt, encoding, where)
    return joinTokens(prompt, needTokenizer(encoding, where).encodePlain(fields.response))
  }
  throw new UserError(
    `${where}: expected {"tokens": [...]} or {"prompt": "...", "response": "..."}${fieldsFound(fields)}`,
  )
}

function requireFit(tokens: Int32Array, { maxPositions, newTokens }: Encoding, where: string): void {
  if (tokens.length + newTokens <= maxPositions) return
  const more = newTokens === 0 ? '' : ` and --max-new-tokens ${newTokens}`
  throw new UserError(`${where}: ${tokens.length} tokens${more}; the model has ${maxPositions} positions`)
}

/** A prompt's text as a user's message where there is a chat template, unless raw. */
function encodePrompt(text: string, encoding: Encoding, where: string): Int32Array {
  const format = { template: encoding.raw ? 'none' : 'auto', suffix: encoding.suffix } as const
  const tokens = promptTokens(needTokenizer(encoding, where), text, format)
  if (tokens.length === 0) throw new UserError(`${where}: the prompt is empty`)
  return tokens
}

async function mapLines<T>(path: string, map: (fields: Fields, where: string) => T): Promise<T[]> {
  const lines: JsonLine[] = await readJsonl(path)
  return lines.map(({ line, value }) => {
    const where = `${path}:${line}`
    if (typeof value !== 'object' || value === null)
      throw new UserError(`${where}: expected a JSON object${fieldsFound(value)}`)
    return map(value as Fields, where)
  })
}

function needTokenizer({ tokenizer }: Encoding, where: string): Tokenizer {
  if (tokenizer === null) {
    throw new UserError(`${where}: text needs a tokenizer, and the model folder has none: give {"tokens": [...]}`)
  }
  return tokenizer
}

function tokenList(value: unknown, vocabSize: number, where: string): Int32Array {
  if (!Array.isArray(value) || value.length === 0) throw new UserError(`${where}: "tokens" must be a list of token ids`)
  const bad = value.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabSize)
  if (bad !== undefined) {
    throw new UserError(`${where}: ${JSON.stringify(bad)} is not a token id: the model has 0 to ${vocabSize - 1}`)
  }
  return Int32Array.from(value as number[])
}

function messageList(value: unknown, where: string): ChatMessage[] {
  const isMessage = (message: unknown): message is ChatMessage => {
    const { role, content } = (message ?? {}) as Fields
    return typeof role === 'string' && typeof content === 'string'
  }
  if (!Array.isArray(value) || value.length === 0 || !value.every(isMessage)) {
    throw new UserError(`${where}: "messages" must be a list of {"role": "...", "content": "..."}`)
  }
  return value
}
