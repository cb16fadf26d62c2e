import { parse } from '../notation/parse.ts'
import { PLAIN_READING } from '../notation/token.ts'
import { isUnitSymbol } from '../notation/units.ts'

const LONGEST = 120
const NUMBER = '[-−+]?\\\\?\\p{Sc}? ?\\d[\\d,]*(?:\\.\\d+)?(?: ?/ ?\\d+)?(?: ?\\\\?%)?'
const WORD = "\\(?\\p{Script=Latin}[\\p{Script=Latin}'’/-]*\\)?"
const PAIR = `${NUMBER}(?: ?${WORD}(?: ${WORD}){0,3})`
const TURNED =
  /^(?:(?:at (?:least|most)|(?:no |not )?(?:more|less|fewer|greater) than|up to|over|under|not|between)(?= ))+ /i
const PAIRS = new RegExp(`^${PAIR}(?:(?:, and |, | and | )${PAIR}){0,7}$`, 'u')
const ALONE = new RegExp(`^${NUMBER}(?: and ${NUMBER})?$`, 'u')
const CLAUSE =
  /(?<!\p{L})(?:since|because|so|which|that|is|are|was|were|if|when|after|before|as|there|given|where|for|with|but|thus|hence|not|than|who|whose|then|plus|minus|times|equals|we|he|she|it|they|you|i|have|has|had|or|to|from|by|out)(?!\p{L})/iu

/** Whether a text is only numbers with the words that belong to them: 61 dollars per hour; 14 boys and 31 girls. */
export function isQuantity(text: string): boolean {
  if (text.length > LONGEST) return false
  const plain = text
    .replaceAll(/\\(?:text|mathrm|textbf)\{([^{}]*)\}/g, ' $1 ')
    .replaceAll(/\\[,;:! ]|[~$]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(' ,', ',')
    .trim()
  // at least 5, not 5
  const turned = TURNED.exec(plain)?.[0].length ?? 0
  const value = plain.slice(turned)
  return (turned > 0 && ALONE.test(value)) || (PAIRS.test(value) && !CLAUSE.test(value))
}

const PAIR_BEFORE = /(?<![\p{L}\d.,])[$€£]?\d[\d,]{0,15}(?:\.\d{1,9})? ?([a-zA-Z]{1,12})(?:, and |, | and | )$/u
const MOST_PAIRS = 8

/** Where the quantity begins that ends with the number and unit in [from, to): 1 hour and 30 minutes; `from` if alone. */
export function quantityStart(text: string, from: number, to: number): number {
  let start = from
  for (let count = 1; count < MOST_PAIRS; count += 1) {
    const near = text.slice(Math.max(0, start - 40), start)
    const pair = PAIR_BEFORE.exec(near)
    if (pair === null || !isUnitSymbol(pair[1]!)) break
    start -= pair[0].length
  }
  return start < from && parse(text.slice(start, to), PLAIN_READING)?.node.kind === 'compound' ? start : from
}
