export type TokenKind =
  | 'number' // digits as written, separators of thousands taken out
  | 'symbol' // a letter, a Greek letter, a constant
  | 'word' // prose, units
  | 'function' // sin, log, ...
  | 'command' // a LaTeX command that takes arguments
  | 'operator' // + - * / ^ _ ! ' : ° % ± ∓ …
  | 'relation' // = != < > <= >= in ~ =>
  | 'set' // ∪ ∩ \
  | 'open'
  | 'close'
  | 'bar' // | of unknown side
  | 'separator' // , ;
  | 'row' // \\
  | 'cell' // &
  | 'currency'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly spaced: boolean // white space before it
  readonly grouped?: boolean // a number whose commas were taken as separators of thousands
  readonly quoted?: boolean // a word written as text, not guessed from letters
}

/** Where one piece of notation has two readings, the second may be asked for. */
export interface Reading {
  readonly commas: 'thousands' | 'items' | 'decimal' // 1,234 / 1,234 as two items / 3,5 as 3.5
  readonly slash: 'tight' | 'left' // 1/2x as 1/(2x) or as (1/2)x
  readonly exponent: boolean // 1e-5 as a number, not as e - 5
  readonly gluedUnits: boolean // 6m as six metres
}

export const PLAIN_READING: Reading = { commas: 'thousands', slash: 'tight', exponent: true, gluedUnits: false }

/** What a text held that has a second reading; filled while it is read. */
export interface Ambiguity {
  commas: boolean
  decimalComma: boolean
  slash: boolean
  exponent: boolean
  gluedUnits: boolean
}

export const newAmbiguity = (): Ambiguity => ({
  commas: false,
  decimalComma: false,
  slash: false,
  exponent: false,
  gluedUnits: false,
})

/** Tokens with the partner of every bracket. */
export interface Lexed {
  readonly tokens: readonly Token[]
  readonly match: Int32Array // [tokens] index of the partner bracket, -1 elsewhere
  readonly ambiguity: Ambiguity
}
