import { type Cutting, emit } from './cutting.ts'
import { UNREADABLE } from './node.ts'
import type { TokenKind } from './token.ts'

const SIGNS: Readonly<Record<string, readonly [TokenKind, string]>> = {
  '+': ['operator', '+'],
  '-': ['operator', '-'],
  '*': ['operator', '*'],
  '/': ['operator', '/'],
  '^': ['operator', '^'],
  _: ['operator', '_'],
  '!': ['operator', '!'],
  "'": ['operator', "'"],
  ':': ['operator', ':'],
  '%': ['operator', '%'],
  '**': ['operator', '^'],
  '=': ['relation', '='],
  '<': ['relation', '<'],
  '>': ['relation', '>'],
  '!=': ['relation', '!='],
  '<=': ['relation', '<='],
  '>=': ['relation', '>='],
  '=>': ['relation', '=>'],
  '==': ['relation', '='],
  '->': ['relation', '->'],
  ':=': ['relation', '='],
  '(': ['open', '('],
  '[': ['open', '['],
  '{': ['open', '{'],
  ')': ['close', ')'],
  ']': ['close', ']'],
  '}': ['close', '}'],
  '|': ['bar', '|'],
  ',': ['separator', ','],
  ';': ['separator', ';'],
  '&': ['cell', '&'],
  '€': ['currency', 'euro'],
  '£': ['currency', 'pound'],
  '¥': ['currency', 'yen'],
  '₹': ['currency', 'rupee'],
}

const SILENT = new Set(['.', '"', '`', '?', '~', '$', ' ', '\n', '\t', '\r'])

/** Emits the sign at the cursor; stray full stops, quotation marks and dollars say nothing. @throws UNREADABLE */
export function lexSign(cutting: Cutting): void {
  const c = cutting.source[cutting.at]!
  if (SILENT.has(c)) {
    cutting.at += 1
    cutting.spaced = true
    return
  }
  const pair = SIGNS[c + (cutting.source[cutting.at + 1] ?? '')]
  const sign = pair ?? SIGNS[c]
  if (sign === undefined) throw UNREADABLE
  emit(cutting, sign[0], sign[1])
  cutting.at += pair === undefined || cutting.source.length === cutting.at + 1 ? 1 : 2
}
