import { matchBrackets } from './brackets.ts'
import { plainCharacters } from './characters.ts'
import { lexCommand } from './commands.ts'
import { type Cutting, isDigit, isLetter, MAX_TOKENS } from './cutting.ts'
import { readLetters } from './letters.ts'
import { UNREADABLE } from './node.ts'
import { markThousands, scanNumber } from './numerals.ts'
import { rewriteWords } from './rewrite.ts'
import { lexSign } from './signs.ts'
import { type Lexed, newAmbiguity, type Reading } from './token.ts'

/** Cuts notation (LaTeX, plain, or both) into tokens. @throws UNREADABLE: too long, an unknown sign, unpaired brackets. */
export function lex(text: string, reading: Reading): Lexed {
  const ambiguity = newAmbiguity()
  const source = markThousands(spellMarks(singleBackslashes(plainCharacters(text))))
  const cutting: Cutting = { source, reading, ambiguity, tokens: [], at: 0, spaced: false }
  while (cutting.at < source.length) {
    if (cutting.tokens.length > MAX_TOKENS) throw UNREADABLE
    const c = source[cutting.at]!
    if (c === '\\') lexCommand(cutting)
    else if (isDigit(c) || (c === '.' && isDigit(source[cutting.at + 1]))) scanNumber(cutting)
    else if (isLetter(c)) readLetters(cutting)
    else lexSign(cutting)
  }
  const tokens = rewriteWords(cutting.tokens)
  return { tokens, match: matchBrackets(tokens), ambiguity }
}

const PRIME = "(?:'|\\^\\{?\\\\prime ?\\}?)"
const INCHES = `(?:''|"|\\^\\{?\\\\prime ?\\\\prime ?\\}?)`
const FEET_AND_INCHES = new RegExp(`(\\d) ?${PRIME} ?(\\d+(?:\\.\\d+)?) ?${INCHES}`, 'g')

// 9 a.m. is 9 am, 500 B.C. is 500 BC; 5'6" is 5 ft 6 in, unless degrees stand before it
function spellMarks(text: string): string {
  let plain = text
  if (/[ap]\. ?m/i.test(plain)) plain = plain.replaceAll(/(?<![a-z])([ap])\. ?m(?![a-z])\.?/gi, '$1m')
  if (/[AB]\. ?[CD]/.test(plain))
    plain = plain.replaceAll(/(?<![A-Z])([AB])\. ?([CD])\.?(?: ?E\.)?(?![A-Za-z])/g, '$1$2')
  if (!/['"]|prime/.test(plain) || /circ|deg/.test(plain)) return plain
  return plain.replaceAll(FEET_AND_INCHES, '$1 ft $2 in ').replace(/^(\d+(?:\.\d+)?) ?(?:''|")$/, '$1 in')
}

// text that was escaped once too often says \\frac; only tables have rows to end with \\
function singleBackslashes(text: string): string {
  if (!text.includes('\\\\') || text.includes('&') || text.includes('\\begin')) return text
  return text.replaceAll(/\\\\(?=[a-zA-Z]{2,}|[{}()%$])/g, '\\')
}
