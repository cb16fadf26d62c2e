import { type Cutting, commandName, emit, emitWord, isDigit, isLetter, MAX_TOKENS } from './cutting.ts'
import { UNREADABLE } from './node.ts'
import { scanNumber } from './numerals.ts'
import { lexSign } from './signs.ts'
import {
  BRACKETS,
  FACE_COMMANDS,
  FUNCTION_ALIASES,
  FUNCTIONS,
  IGNORED,
  OPERATORS,
  STRUCTURES,
  SYMBOLS,
  TEXT_COMMANDS,
} from './vocabulary.ts'

const CURRENCIES: Readonly<Record<string, string>> = {
  $: 'dollar',
  dollar: 'dollar',
  euro: 'euro',
  pounds: 'pound',
  yen: 'yen',
}
const SPACING = new Set(['hspace', 'vspace', 'phantom', 'hphantom', 'vphantom', 'label', 'tag', 'color', 'textcolor'])

/** Cuts the LaTeX command at the cursor. @throws UNREADABLE */
export function lexCommand(cutting: Cutting): void {
  const name = commandName(cutting.source, cutting.at + 1)
  cutting.at += 1 + name.length
  if (name === 'left' || name === 'right') {
    lexSide(cutting, name)
    return
  }
  if (IGNORED.has(name) || name === '' || name === ' ' || name === '\n') {
    cutting.spaced = true
    return
  }
  if (name === '\\' || name === 'cr') {
    emit(cutting, 'row', '\\\\')
    return
  }
  if (Object.hasOwn(CURRENCIES, name)) {
    emit(cutting, 'currency', CURRENCIES[name]!)
    return
  }
  if (name === '&' || name === '#' || name === '_') return
  if (TEXT_COMMANDS.has(name) || FACE_COMMANDS.has(name)) {
    lexArgument(cutting, name)
    return
  }
  if (SPACING.has(name)) {
    takeGroup(cutting)
    return
  }
  if (name === 'not') {
    lexNegated(cutting)
    return
  }
  if (name === 'begin' || name === 'end') {
    lexEnvironment(cutting, name)
    return
  }
  lexName(cutting, name)
}

function lexName(cutting: Cutting, name: string): void {
  if (Object.hasOwn(BRACKETS, name)) {
    emit(cutting, BRACKETS[name]![0], BRACKETS[name]![1])
    return
  }
  if (Object.hasOwn(OPERATORS, name)) {
    emit(cutting, OPERATORS[name]![0], OPERATORS[name]![1])
    return
  }
  if (Object.hasOwn(STRUCTURES, name)) {
    emit(cutting, 'command', STRUCTURES[name]!)
    return
  }
  if (FUNCTIONS.has(name) || Object.hasOwn(FUNCTION_ALIASES, name)) {
    emit(cutting, 'function', FUNCTION_ALIASES[name] ?? name)
    return
  }
  emit(cutting, 'symbol', Object.hasOwn(SYMBOLS, name) ? SYMBOLS[name]! : `\\${name}`)
}

// \left| and \right| know their side; the brackets \left. and \right. are not to be seen
function lexSide(cutting: Cutting, side: 'left' | 'right'): void {
  const { source } = cutting
  while (source[cutting.at] === ' ') cutting.at += 1
  if (source[cutting.at] === '.') {
    cutting.at += 1
    emit(cutting, side === 'left' ? 'open' : 'close', '.')
    return
  }
  const bar = /^(?:\|\|?|\\\||\\[lr]?vert\b|\\[lr]?Vert\b)/.exec(source.slice(cutting.at, cutting.at + 7))?.[0]
  if (bar === undefined) return
  cutting.at += bar.length
  emit(cutting, side === 'left' ? 'open' : 'close', bar === '|' || bar.endsWith('vert') ? '|' : '‖')
}

// \\begin{array}{rr} opens a bracket that \\end{array} closes
function lexEnvironment(cutting: Cutting, side: 'begin' | 'end'): void {
  const name = takeGroup(cutting).replace('*', '')
  if (side === 'begin' && name.endsWith('array')) takeGroup(cutting)
  emit(cutting, side === 'begin' ? 'open' : 'close', `${side}:${name}`)
}

function lexNegated(cutting: Cutting): void {
  const { source } = cutting
  while (source[cutting.at] === ' ') cutting.at += 1
  if (source[cutting.at] === '=') {
    cutting.at += 1
    emit(cutting, 'relation', '!=')
    return
  }
  if (!source.startsWith('\\in', cutting.at)) throw UNREADABLE
  cutting.at += 3
  emit(cutting, 'relation', 'not in')
}

/** The raw contents of the {...} group at the cursor; without one, the next character or command. */
function takeGroup(cutting: Cutting): string {
  const { source } = cutting
  while (source[cutting.at] === ' ' || source[cutting.at] === '*') cutting.at += 1
  if (source[cutting.at] !== '{') {
    const name = source[cutting.at] === '\\' ? `\\${commandName(source, cutting.at + 1)}` : (source[cutting.at] ?? '')
    cutting.at += name.length
    return name
  }
  let depth = 0
  for (let end = cutting.at; end < source.length; end += 1) {
    const c = source[end]
    if (c === '\\') end += 1
    else if (c === '{') depth += 1
    else if (c === '}') {
      depth -= 1
      if (depth > 0) continue
      const inner = source.slice(cutting.at + 1, end)
      cutting.at = end + 1
      return inner
    }
  }
  throw UNREADABLE
}

// \text{...} is prose; \mathrm{...} is a symbol, a function or prose
function lexArgument(cutting: Cutting, command: string): void {
  const inner = takeGroup(cutting)
  const bare = inner.replaceAll(/\\[,;:! ]|~/g, ' ').trim()
  if (FACE_COMMANDS.has(command)) {
    if (command === 'mathbb' && bare.length === 1) {
      emit(cutting, 'symbol', SYMBOLS[bare] ?? bare)
      return
    }
    if (bare.length === 1 && isLetter(bare) && !/^\s/.test(inner)) {
      emit(cutting, 'symbol', bare, command === 'mathrm')
      return
    }
    const isMinutes = bare === 'min' && isUnitPlace(cutting)
    if (!isMinutes && (FUNCTIONS.has(bare) || Object.hasOwn(FUNCTION_ALIASES, bare))) {
      emit(cutting, 'function', FUNCTION_ALIASES[bare] ?? bare)
      return
    }
  }
  const outer = { source: cutting.source, at: cutting.at }
  cutting.source = bare
  cutting.at = 0
  lexProse(cutting)
  cutting.source = outer.source
  cutting.at = outer.at
}

function isUnitPlace(cutting: Cutting): boolean {
  const last = cutting.tokens.at(-1)
  return last?.text === '/' || last?.kind === 'number' || last?.kind === 'word'
}

// inside text every run of letters is a word; notation in it is cut as usual
function lexProse(cutting: Cutting): void {
  const { source } = cutting
  while (cutting.at < source.length) {
    if (cutting.tokens.length > MAX_TOKENS) throw UNREADABLE
    const c = source[cutting.at]!
    if (isLetter(c)) {
      const word = proseWord(source, cutting.at)
      emitWord(cutting, word, true)
      cutting.at += word.length
    } else if (c === '\\') lexCommand(cutting)
    else if (isDigit(c) || (c === '.' && isDigit(source[cutting.at + 1]))) scanNumber(cutting)
    else lexSign(cutting)
  }
}

function proseWord(source: string, start: number): string {
  let end = start
  while (isLetter(source[end]) || ((source[end] === '-' || source[end] === "'") && isLetter(source[end + 1]))) end += 1
  return source.slice(start, end)
}
