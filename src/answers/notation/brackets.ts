import { UNREADABLE } from './node.ts'
import type { Token } from './token.ts'

const PARTNERS: Readonly<Record<string, readonly string[]>> = {
  '(': [')', ']'],
  '[': [']', ')', '['],
  ']': ['[', ']'],
  '{': ['}'],
  '\\{': ['\\}'],
  '⟨': ['⟩'],
  '⌊': ['⌋'],
  '⌈': ['⌉'],
  '|': ['|'],
  '‖': ['‖'],
}

/**
 * The partner of every bracket, -1 for other tokens; bars get a side. [0, 1) pairs as it stands.
 * @throws UNREADABLE when they do not pair.
 */
export function matchBrackets(tokens: Token[]): Int32Array {
  const match = new Int32Array(tokens.length).fill(-1) // [tokens]
  const open: number[] = []
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i]!
    if (token.kind === 'bar') tokens[i] = sidedBar(tokens, i, open)
    else if (token.text === '[' || token.text === ']') tokens[i] = sidedSquare(tokens, i, open)
    const sided = tokens[i]!
    if (sided.kind === 'open') open.push(i)
    else if (sided.kind === 'close') {
      const partner = open.pop()
      if (partner === undefined || !pairs(tokens[partner]!.text, sided.text)) throw UNREADABLE
      match[partner] = i
      match[i] = partner
    }
  }
  if (open.length > 0) throw UNREADABLE
  return match
}

const pairs = (open: string, close: string): boolean =>
  open === '.' ||
  (close === '.' && !open.startsWith('begin:')) ||
  (open.startsWith('begin:') ? close === `end:${open.slice(6)}` : (PARTNERS[open]?.includes(close) ?? false))

// ]0, 1[ is an open interval: a bracket turned outward opens where none is open, and closes behind an operand
function sidedSquare(tokens: readonly Token[], at: number, open: readonly number[]): Token {
  const token = tokens[at]!
  const top = open.at(-1)
  const opener = top === undefined ? '' : tokens[top]!.text
  if (token.text === ']') {
    const closes = opener === '[' || opener === '(' || opener === ']' || opener === '.'
    return closes ? token : { ...token, kind: 'open' }
  }
  if (top === undefined || (opener !== '[' && opener !== ']') || !isOperand(tokens[at - 1])) return token
  const isPair = tokens.slice(top, at).some((between) => between.kind === 'separator')
  return isPair ? { ...token, kind: 'close' } : token
}

const isOperand = (token: Token | undefined): boolean =>
  token !== undefined &&
  (token.kind === 'number' || token.kind === 'symbol' || token.kind === 'close' || /^[!'°%]$/.test(token.text))

// a bar closes when one is open at this depth and an operand stands before it; alone it is "such that"
function sidedBar(tokens: readonly Token[], at: number, open: readonly number[]): Token {
  const token = tokens[at]!
  const previous = tokens[at - 1]
  const last = open.at(-1)
  if (last !== undefined && tokens[last]!.text === token.text && isOperand(previous)) return { ...token, kind: 'close' }
  return pairsLater(tokens, at) ? { ...token, kind: 'open' } : { ...token, kind: 'separator' }
}

function pairsLater(tokens: readonly Token[], at: number): boolean {
  let depth = 0
  for (let i = at + 1; i < tokens.length; i += 1) {
    const token = tokens[i]!
    if (token.kind === 'open') depth += 1
    else if (token.kind === 'close') depth -= 1
    else if (token.kind === 'bar' && token.text === tokens[at]!.text && depth === 0) return true
    if (depth < 0) return false
  }
  return false
}
