import { readExpression } from './expression.ts'
import { lex } from './lexer.ts'
import type { Node } from './node.ts'
import { UNREADABLE } from './node.ts'
import type { Reader } from './reader.ts'
import { readList } from './statement.ts'
import { type Ambiguity, newAmbiguity, type Reading } from './token.ts'

/** Longest piece of notation that is read, in characters. */
export const MAX_LENGTH = 20_000

export interface Parsed {
  readonly node: Node
  readonly ambiguity: Ambiguity
}

const ISO_DATE = /^(?:\\text\{ ?)?(\d{4}-\d\d?-\d\d?) ?\}?$/

/** Reads an answer's notation, LaTeX or plain; null when it cannot be read. Time is bounded by the length. */
export function parse(text: string, reading: Reading): Parsed | null {
  if (text.length > MAX_LENGTH) return null
  const date = ISO_DATE.exec(text)
  if (date !== null) return { node: { kind: 'text', text: date[1]! }, ambiguity: newAmbiguity() }
  try {
    const { tokens, match, ambiguity } = lex(text, reading)
    if (tokens.length === 0) return null
    const reader: Reader = {
      tokens: [...tokens],
      match,
      reading,
      ambiguity,
      grammar: { list: readList, expression: readExpression },
      at: 0,
      end: tokens.length,
      depth: 0,
    }
    return { node: readList(reader, 0, tokens.length), ambiguity }
  } catch (error) {
    if (error === UNREADABLE) return null
    throw error
  }
}
