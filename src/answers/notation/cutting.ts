import type { Ambiguity, Reading, Token, TokenKind } from './token.ts'

/** The longest piece of notation that is read, in tokens. */
export const MAX_TOKENS = 6000

/** A text being cut into tokens, and what came of it so far. */
export interface Cutting {
  readonly reading: Reading
  readonly ambiguity: Ambiguity
  readonly tokens: Token[]
  source: string
  at: number
  spaced: boolean // white space was passed since the last token
}

export function emit(cutting: Cutting, kind: TokenKind, text: string, quoted = false): void {
  cutting.tokens.push(quoted ? { kind, text, spaced: cutting.spaced, quoted } : { kind, text, spaced: cutting.spaced })
  cutting.spaced = false
}

/** Emits a word, or the sign that it spells. */
export function emitWord(cutting: Cutting, word: string, quoted: boolean): void {
  const lower = word.toLowerCase()
  if (lower === 'percent' || lower === 'pct' || lower === 'percents') emit(cutting, 'operator', '%')
  else emit(cutting, 'word', word, quoted)
}

export const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9'

const LETTER = /\p{L}/u
export const isLetter = (c: string | undefined): boolean =>
  c !== undefined && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c > '\x7f' && LETTER.test(c)))

/** A command's name at the cursor: letters, or one other character. */
export function commandName(source: string, at: number): string {
  let end = at
  while (isLetter(source[end]) && source[end]! < '\x7f') end += 1
  return end > at ? source.slice(at, end) : source.slice(at, at + 1)
}
