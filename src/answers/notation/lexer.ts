import { matchBrackets } from './brackets.ts'
import { plainCharacters } from './characters.ts'
import { lexCommand } from './commands.ts'
import { type Cutting, isDigit, isLetter, MAX_TOKENS } from './cutting.ts'
import { readLetters } from './letters.ts'
import { UNREADABLE } from './node.ts'
import { markThousands, scanNumber } from './numerals.ts'
import { lexSign } from './signs.ts'
import type { Lexed, Reading } from './token.ts'

/** Cuts notation (LaTeX, plain, or both) into tokens. @throws UNREADABLE: too long, an unknown sign, unpaired brackets. */
export function lex(text: string, reading: Reading): Lexed {
  const ambiguity = { commas: false, decimalComma: false, slash: false, exponent: false, gluedUnits: false }
  const source = markThousands(singleBackslashes(plainCharacters(text)))
  const cutting: Cutting = { source, reading, ambiguity, tokens: [], at: 0, spaced: false }
  while (cutting.at < source.length) {
    if (cutting.tokens.length > MAX_TOKENS) throw UNREADABLE
    const c = source[cutting.at]!
    if (c === '\\') lexCommand(cutting)
    else if (isDigit(c) || (c === '.' && isDigit(source[cutting.at + 1]))) scanNumber(cutting)
    else if (isLetter(c)) readLetters(cutting)
    else lexSign(cutting)
  }
  return { tokens: cutting.tokens, match: matchBrackets(cutting.tokens), ambiguity }
}

// text that was escaped once too often says \\frac; only tables have rows to end with \\
function singleBackslashes(text: string): string {
  if (!text.includes('\\\\') || text.includes('&') || text.includes('\\begin')) return text
  return text.replaceAll(/\\\\(?=[a-zA-Z]{2,}|[{}()%$])/g, '\\')
}
