import { type Node, UNREADABLE } from './node.ts'
import type { Ambiguity, Reading, Token } from './token.ts'

/** Deepest nesting that is read; deeper notation counts as unreadable. */
export const MAX_DEPTH = 200

/** Where a reading of tokens stands: the next token, and the end of the piece at hand. */
export interface Reader {
  readonly tokens: Token[]
  readonly match: Int32Array // [tokens]
  readonly reading: Reading
  readonly ambiguity: Ambiguity
  readonly grammar: Grammar
  at: number
  end: number
  depth: number
}

/** The ways down into nested notation, so that its parts need not import one another. */
export interface Grammar {
  readonly list: (reader: Reader, from: number, to: number) => Node // items, statements, values
  readonly expression: (reader: Reader) => Node // a value, from the cursor to the end
}

export const peek = (reader: Reader): Token | undefined =>
  reader.at < reader.end ? reader.tokens[reader.at] : undefined

export const isAt = (reader: Reader, kind: Token['kind'], text: string): boolean => {
  const token = peek(reader)
  return token !== undefined && token.kind === kind && token.text === text
}

/** Reads the tokens in [from, to) with the given rule, all of them, and puts the cursor back behind them. */
export function within(reader: Reader, from: number, to: number, rule: (reader: Reader) => Node): Node {
  const end = reader.end
  if (from >= to || reader.depth >= MAX_DEPTH) throw UNREADABLE
  reader.at = from
  reader.end = to
  reader.depth += 1
  const node = rule(reader)
  if (reader.at !== to) throw UNREADABLE
  reader.depth -= 1
  reader.end = end
  return node
}

/** Splits [from, to) at the tokens that pass the test, brackets skipped; n splits give n + 1 ranges. */
export function splitRange(
  reader: Reader,
  from: number,
  to: number,
  test: (token: Token, at: number) => boolean,
): { readonly ranges: readonly (readonly [from: number, to: number])[]; readonly at: readonly number[] } {
  const ranges: [number, number][] = []
  const found: number[] = []
  let start = from
  for (let i = from; i < to; i += 1) {
    if (reader.match[i]! > i) i = reader.match[i]!
    else if (test(reader.tokens[i]!, i)) {
      ranges.push([start, i])
      found.push(i)
      start = i + 1
    }
  }
  ranges.push([start, to])
  return { ranges, at: found }
}
