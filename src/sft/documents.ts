import { UserError } from '../errors.ts'
import { fieldsFound, readJsonl } from '../jsonl.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import { joinTokens } from '../rollout/pack.ts'
import { promptTokens } from '../rollout/prompt.ts'

/** A training text: which tokens are learned. */
export interface SftDocument {
  readonly tokens: Int32Array // [T], the end token included
  readonly promptLength: number // tokens before the first that is learned, at least 1
  readonly weights: Float32Array | null // [T - promptLength], 0 or 1; null = all 1
}

export interface DocumentFormat {
  readonly tokenizer: Tokenizer
  readonly endToken: number
  readonly raw: boolean // prompts without the chat template
}

/**
 * The token that ends a document: the tokenizer's own EOS, which ends a turn of its chat template, where generation
 * stops at it; else the first of those it stops at. (Llama 3.2 stops at three, and ends its turns with the last.)
 * @param stopTokens every id that ends a text, at least one
 */
export const endTokenOf = ({ eosTokenId }: Pick<Tokenizer, 'eosTokenId'>, stopTokens: Int32Array): number =>
  eosTokenId !== null && stopTokens.includes(eosTokenId) ? eosTokenId : stopTokens[0]!

/**
 * Reads training texts: {"prompt","response"} (the response is learned), {"text"} (all of it) or
 * {"segments":[{"text","train"}]} (the parts marked). An end token closes each; it is learned when the last part is.
 * @throws UserError naming file and line
 */
export async function readDocuments(path: string, format: DocumentFormat): Promise<SftDocument[]> {
  return (await readJsonl(path)).map(({ line, value }) => {
    const document = encodeDocument((value ?? {}) as Record<string, unknown>, format)
    if (document !== null) return document
    throw new UserError(
      `${path}:${line}: expected {"prompt": "...", "response": "..."}, {"text": "..."} or ` +
        `{"segments": [{"text": "...", "train": true}, ...]}, with something to learn${fieldsFound(value)}`,
    )
  })
}

function encodeDocument(fields: Readonly<Record<string, unknown>>, format: DocumentFormat): SftDocument | null {
  const { prompt, response, text, segments } = fields
  if (typeof prompt === 'string' && typeof response === 'string') return promptAndResponse(prompt, response, format)
  if (typeof text === 'string') return parts([{ text, train: true }], format)
  if (Array.isArray(segments) && segments.length > 0 && segments.every(isSegment)) return parts(segments, format)
  return null
}

interface Segment {
  readonly text: string
  readonly train: boolean
}

const isSegment = (value: unknown): value is Segment => {
  const { text, train } = (value ?? {}) as Record<string, unknown>
  return typeof text === 'string' && typeof train === 'boolean'
}

function promptAndResponse(prompt: string, response: string, format: DocumentFormat): SftDocument | null {
  const { tokenizer, endToken, raw } = format
  const asked = promptTokens(tokenizer, prompt, { template: raw ? 'none' : 'auto', suffix: '' })
  if (asked.length === 0) return null
  const answer = Int32Array.from([...tokenizer.encodePlain(response), endToken])
  return { ...joinTokens(asked, answer), weights: null }
}

/** Parts are tokenized one by one, so that a token belongs to one part only. */
function parts(segments: readonly Segment[], { tokenizer, endToken }: DocumentFormat): SftDocument | null {
  const tokens: number[] = []
  const learned: number[] = [] // 0 or 1 a token
  for (const [i, { text, train }] of segments.entries()) {
    const part = i === 0 ? tokenizer.encode(text) : tokenizer.encodePlain(text)
    for (const token of part) {
      tokens.push(token)
      learned.push(train ? 1 : 0)
    }
  }
  tokens.push(endToken)
  learned.push(segments.at(-1)!.train ? 1 : 0)
  const first = learned.indexOf(1, 1) // nothing predicts the first token
  if (first < 0) return null
  const weights = learned.slice(first)
  return {
    tokens: Int32Array.from(tokens),
    promptLength: first,
    weights: weights.includes(0) ? Float32Array.from(weights) : null,
  }
}
