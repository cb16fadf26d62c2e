import { UserError } from '../errors.ts'
import { readJsonl } from '../jsonl.ts'
import type { Tokenizer } from '../model/tokenizer.ts'

/** One document: its tokens, and which of them the loss counts. */
export interface Example {
  readonly tokens: Int32Array // [T], T >= 2
  readonly weights: Float32Array // [T - 1] of token t + 1: 1 = trained, 0 = context
  readonly trained: number // sum of weights
}

const shapes = '{"prompt","response"}, {"messages","response"}, {"text"} or {"segments":[{"text","train"}]}'

interface Segment {
  readonly tokens: Int32Array
  readonly train: boolean
}

/**
 * Reads training documents. A document ends with the end-of-sequence token, which is trained when its last segment is.
 * @param options.raw leaves the chat template out
 * @param options.maxTokens longer documents are a mistake
 * @throws UserError naming file and line
 */
export async function readExamples(
  path: string,
  tokenizer: Tokenizer,
  options: { readonly raw: boolean; readonly eosTokenId: number | null; readonly maxTokens: number },
): Promise<Example[]> {
  const lines = await readJsonl(path)
  return lines.map(({ line, value }) => {
    const where = `${path}:${line}`
    const segments = toSegments(value, tokenizer, options.raw, where)
    if (options.eosTokenId !== null) {
      segments.push({ tokens: Int32Array.of(options.eosTokenId), train: segments.at(-1)!.train })
    }
    const example = joinSegments(segments)
    if (example.tokens.length > options.maxTokens) {
      throw new UserError(`${where}: ${example.tokens.length} tokens, the model takes ${options.maxTokens}; shorten it`)
    }
    if (example.trained === 0) throw new UserError(`${where}: nothing to learn, no token after the first is trained`)
    return example
  })
}

function toSegments(value: unknown, tokenizer: Tokenizer, raw: boolean, where: string): Segment[] {
  const record = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const { prompt, messages, response, text, segments } = record
  const chat = (content: unknown[]) => tokenizer.chat(content as never, { addGenerationPrompt: true })
  if (typeof response === 'string' && Array.isArray(messages))
    return [context(chat(messages)), trained(tokenizer.encodePlain(response))]
  if (typeof response === 'string' && typeof prompt === 'string') {
    const useChat = tokenizer.hasChatTemplate && !raw
    const tokens = useChat ? chat([{ role: 'user', content: prompt }]) : tokenizer.encode(prompt)
    return [context(tokens), trained(tokenizer.encodePlain(response))]
  }
  if (typeof text === 'string') return [trained(tokenizer.encode(text))]
  if (Array.isArray(segments) && segments.length > 0 && segments.every(isSegment)) {
    return segments.map((segment, i) => ({
      tokens: i === 0 ? tokenizer.encode(segment.text) : tokenizer.encodePlain(segment.text),
      train: segment.train,
    }))
  }
  throw new UserError(`${where}: expected ${shapes}, found keys ${Object.keys(record).join(', ') || 'none'}`)
}

const context = (tokens: Int32Array): Segment => ({ tokens, train: false })
const trained = (tokens: Int32Array): Segment => ({ tokens, train: true })

function isSegment(value: unknown): value is { text: string; train: boolean } {
  const { text, train } = (value ?? {}) as { text?: unknown; train?: unknown }
  return typeof text === 'string' && typeof train === 'boolean'
}

function joinSegments(segments: readonly Segment[]): Example {
  const length = segments.reduce((sum, segment) => sum + segment.tokens.length, 0)
  const tokens = new Int32Array(length)
  const marks = new Float32Array(length) // [T]
  let at = 0
  for (const segment of segments) {
    tokens.set(segment.tokens, at)
    if (segment.train) marks.fill(1, at, at + segment.tokens.length)
    at += segment.tokens.length
  }
  const weights = marks.subarray(1) // the first token is predicted by nothing
  return { tokens, weights, trained: weights.reduce((sum, w) => sum + w, 0) }
}
