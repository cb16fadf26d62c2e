import { type Cutting, emit, emitWord, isLetter } from './cutting.ts'
import { isUnitName } from './units.ts'
import { FUNCTION_ALIASES, FUNCTIONS, PLAIN_NAMES, SHORT_WORDS } from './vocabulary.ts'

const VOWEL = /[aeiouyAEIOUY]/

/** Cuts the run of letters at the cursor into a word, a function's name, or one symbol per letter. */
export function readLetters(cutting: Cutting): void {
  const { source } = cutting
  const start = cutting.at
  let end = start
  while (isLetter(source[end]) || (end - start >= 3 && source[end] === '-' && isLetter(source[end + 1]))) end += 1
  const run = source.slice(start, end)
  cutting.at = end
  // 12th is 12
  if (/^(?:st|nd|rd|th)$/.test(run) && !cutting.spaced && cutting.tokens.at(-1)?.kind === 'number') return
  if (run.length === 1) {
    emit(cutting, isArticle(cutting, run) ? 'word' : 'symbol', run)
    return
  }
  if (isUnitOrEra(cutting, run)) {
    emitWord(cutting, run, false)
    return
  }
  if (CURRENCY_CODES.has(run)) {
    emit(cutting, 'currency', run.toLowerCase())
    return
  }
  if (Object.hasOwn(PLAIN_NAMES, run)) {
    emit(cutting, PLAIN_NAMES[run]![0], PLAIN_NAMES[run]![1])
    return
  }
  if (FUNCTIONS.has(run) || Object.hasOwn(FUNCTION_ALIASES, run)) {
    emit(cutting, 'function', FUNCTION_ALIASES[run] ?? run)
    return
  }
  if (isWord(cutting, run)) {
    emitWord(cutting, run, false)
    return
  }
  const glued = /^(?:arc)?(?:sinh?|cosh?|tanh?|cot|sec|csc|ln|log)(?=[a-z]$)/.exec(run)
  if (glued !== null) {
    emit(cutting, 'function', glued[0])
    emit(cutting, 'symbol', run.slice(glued[0].length))
    return
  }
  for (const letter of run) emit(cutting, 'symbol', letter)
}

function isWord(cutting: Cutting, run: string): boolean {
  const lower = run.toLowerCase()
  // e^{at}: two letters are a word only where they stand apart
  const apart = cutting.spaced || cutting.tokens.length === 0
  if (SHORT_WORDS.has(lower))
    return run.length > 2 || apart || lower === 'or' || cutting.tokens.at(-1)?.kind === 'number'
  if (isUnitName(run) && (run.length > 3 || cutting.tokens.at(-1)?.kind === 'number')) return true
  if (run.length === 3 && isBehindWords(cutting) && /^(?=.*[aeiou])(?![abcxyz]+$)[a-z]+$/.test(run)) return true
  if (run.length < 4) return /^[A-Z]?[a-z]+$/.test(run) && run.length === 3 && COMMON.has(lower)
  // capitals side by side name points (ABCD); anything pronounceable is a word
  return !/^(?:[A-Z]+$|abc|xyz)/.test(run) && VOWEL.test(run)
}

const behindOf = (cutting: Cutting): string => cutting.source.slice(cutting.at, cutting.at + 24)

// a loss, an hour: an article stands in front of a word that is no notation
function isArticle(cutting: Cutting, run: string): boolean {
  if (!/^a$/i.test(run) || !(cutting.spaced || cutting.tokens.length === 0)) return false
  const next = /^ ([a-z]{3,})/.exec(behindOf(cutting))?.[1]
  return (
    next !== undefined &&
    !SHORT_WORDS.has(next) &&
    !FUNCTIONS.has(next) &&
    !Object.hasOwn(PLAIN_NAMES, next) &&
    !JOINS.test(next)
  )
}

const JOINS = /^(?:where|when|with|such|does|must|divides|can|may|has|will)$/

/** Letters that are words in one place only: 30 min, 3 lb, 5 sq ft, 500 BC, an hour. */
function isUnitOrEra(cutting: Cutting, run: string): boolean {
  const behind = behindOf(cutting)
  const last = cutting.tokens.at(-1)?.kind
  const apart = cutting.spaced || last === undefined
  if (run === 'an') return apart && /^ [a-z]{2}/i.test(behind)
  if (TWO_LETTERS.test(run)) return apart && /^ (?:[a-z]{2}|[\\$]?\d)/i.test(behind)
  if (/^(?:BC|BCE|CE|AD)$/.test(run)) return last === 'number' || (last === undefined && /^ \d/.test(behind))
  if (last !== 'number') return last === 'word' && cutting.spaced && isUnitName(run)
  if (run === 'sq' || run === 'cu' || run === 'lb') return /^[. ]|^$/.test(behind)
  if (run === 'min') return !/^ ?[({_\\]/.test(behind)
  return run === 'sec' && /^(?: ?$| ?[.,;)}]| (?:[a-z]{2,}|\d))/.test(behind)
}

const TWO_LETTERS = /^(?:up|he|we|my|be|so|do|as|it)$/i

const isBehindWords = ({ spaced, tokens }: Cutting): boolean =>
  spaced && (tokens.at(-1)?.kind === 'word' || tokens.at(-1)?.kind === 'number')

const CURRENCY_CODES = new Set(['USD', 'EUR', 'GBP', 'JPY', 'CNY', 'RMB', 'INR', 'Rs'])

const COMMON = new Set(
  'and but can did get had has her him his how its let man may new now off old our out own put say see she too use was way who why you box boy cat cup day dog fit hat hen hot ice job key leg lot mom nut oil pen pie pig win six ten one two ant age ago area Tom Sam Bob Amy Ann Joe Jim Ben Dan Sue May'
    .toLowerCase()
    .split(' '),
)
