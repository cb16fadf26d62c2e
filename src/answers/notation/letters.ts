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
    emit(cutting, 'symbol', run)
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
  if (run.length < 4) return /^[A-Z]?[a-z]+$/.test(run) && run.length === 3 && COMMON.has(lower)
  // capitals side by side name points (ABCD); anything pronounceable is a word
  return !/^(?:[A-Z]+$|abc|xyz)/.test(run) && VOWEL.test(run)
}

const COMMON = new Set(
  'and but can did get had has her him his how its let man may new now off old our out own put say see she too use was way who why you box boy cat cup day dog fit hat hen hot ice job key leg lot mom nut oil pen pie pig win six ten one two ant age ago area Tom Sam Bob Amy Ann Joe Jim Ben Dan Sue May'
    .toLowerCase()
    .split(' '),
)
