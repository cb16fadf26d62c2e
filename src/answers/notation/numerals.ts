import { type Cutting, emit, isDigit, isLetter } from './cutting.ts'

/** Stands for a comma or space that can only separate thousands, as in 14{,}916 and 10,\!080. */
export const THOUSANDS_MARK = '\ue000'

/** Marks the separators of thousands that LaTeX spells out. */
export function markThousands(text: string): string {
  if (!text.includes('\\') && !text.includes('{,}')) return text
  return text
    .replaceAll(/(?:\\text)?\{,\}/g, THOUSANDS_MARK)
    .replaceAll(/(\d)(?:,\\!\\?\s?|\\!,|\\,|\\;|\\ |~)(?=\d{3}(?!\d))/g, `$1${THOUSANDS_MARK}`)
}

/** Cuts the number at the cursor, with its separators of thousands and its power of ten (1e-5). */
export function scanNumber(cutting: Cutting): void {
  const { source } = cutting
  const start = cutting.at
  const whole = scanWhole(cutting, start)
  if (source[whole.end] === '.' && scanRepeating(cutting, whole)) return
  let { digits, end } = whole
  if (source[end] === '.' && isDigit(source[end + 1])) {
    const last = digitsEnd(source, end + 1)
    digits += source.slice(end, last)
    end = last
  } else if (source[end] === ',' && !whole.grouped && isDigit(source[end + 1])) {
    // only a number that stands alone may have a decimal comma
    cutting.ambiguity.decimalComma = !/[([{|\]]|,[^,]*,/.test(source)
    if (cutting.reading.commas === 'decimal') {
      const last = digitsEnd(source, end + 1)
      digits += `.${source.slice(end + 1, last)}`
      end = last
    }
  } else if (source[end] === '.' && !isLetter(source[end + 1]) && start !== end) {
    end += 1 // "5." is 5, and so is a number at the end of a sentence
  }
  const exponent = scanExponent(cutting, end)
  cutting.tokens.push({
    kind: 'number',
    text: digits + source.slice(end, exponent),
    spaced: cutting.spaced,
    grouped: whole.grouped,
  })
  cutting.spaced = false
  cutting.at = exponent
}

const REPEATING =
  /\.(\d{0,60})(?:\\dot ?\{?(\d)\}?(?:(\d{0,60})\\dot ?\{?(\d)\}?)?|\((\d{1,60})\)|(?<=\d) ?(?:\.{2,}|\\[lc]?dots(?![a-z])))/y

/** Emits a decimal whose end repeats as a quotient: 0.1\dot{6}, 0.1(6), 0.1666... */
function scanRepeating(cutting: Cutting, whole: Whole): boolean {
  REPEATING.lastIndex = whole.end
  const match = REPEATING.exec(cutting.source)
  if (match === null) return false
  const [text, places, first, between, last, bracketed] = match
  const marked = first === undefined ? bracketed : first + (last === undefined ? '' : between! + last)
  const block = marked ?? repeatedEnd(places!)
  if (block === null || block === undefined) return false
  const fixed = marked === undefined ? places!.slice(0, places!.length - block.length) : places!
  const scale = 10n ** BigInt(fixed.length)
  const nines = 10n ** BigInt(block.length) - 1n
  const over = BigInt(whole.digits + fixed || '0') * nines + BigInt(block)
  emit(cutting, 'open', '(')
  emit(cutting, 'number', String(over))
  emit(cutting, 'operator', '/')
  emit(cutting, 'number', String(scale * nines))
  emit(cutting, 'close', ')')
  cutting.at = whole.end + text.length
  return true
}

/** The shortest block that a row of decimals ends in twice or more; null when there is none. */
function repeatedEnd(places: string): string | null {
  for (let size = 1; 2 * size <= places.length; size += 1) {
    const block = places.slice(-size)
    if (places.endsWith(block + block)) return block
  }
  return null
}

interface Whole {
  readonly digits: string
  readonly end: number
  readonly grouped: boolean // by plain commas
}

function scanWhole(cutting: Cutting, start: number): Whole {
  const { source } = cutting
  const end = digitsEnd(source, start)
  const separator = source[end]
  const plain = separator === ','
  const groups = end > start && end - start <= 3 && (plain || separator === THOUSANDS_MARK || separator === ' ')
  const last = groups ? groupsEnd(source, end, separator!) : end
  if (last === end) return { digits: source.slice(start, end), end, grouped: false }
  if (plain) {
    cutting.ambiguity.commas = true
    if (cutting.reading.commas !== 'thousands') return { digits: source.slice(start, end), end, grouped: false }
  }
  return { digits: source.slice(start, last).replaceAll(separator!, ''), end: last, grouped: plain }
}

function digitsEnd(source: string, at: number): number {
  let end = at
  while (isDigit(source[end])) end += 1
  return end
}

// groups of exactly three digits, all after the same separator
function groupsEnd(source: string, at: number, separator: string): number {
  let end = at
  while (source[end] === separator && digitsEnd(source, end + 1) === end + 4) end += 4
  return source[end] === separator && separator !== ' ' && isDigit(source[end + 1]) ? at : end
}

// e5, e-5, E+10 right after the digits, and nothing that makes it a product with e
function scanExponent(cutting: Cutting, at: number): number {
  const { source } = cutting
  if (source[at] !== 'e' && source[at] !== 'E') return at
  const sign = source[at + 1] === '-' || source[at + 1] === '+' ? 1 : 0
  const end = digitsEnd(source, at + 1 + sign)
  if (end === at + 1 + sign || isLetter(source[end]) || end - at > 6) return at
  cutting.ambiguity.exponent = true
  return cutting.reading.exponent ? end : at
}
