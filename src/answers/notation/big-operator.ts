import { type Node, UNREADABLE } from './node.ts'
import { isAt, peek, type Reader, within } from './reader.ts'

/** Reads \sum, \prod, \int or \lim at the cursor with its limits and what follows, up to the next + or -. */
export function readBigOperator(reader: Reader, op: 'sum' | 'product' | 'integral' | 'limit'): Node {
  const start = reader.at
  reader.at += 1
  let below: readonly [number, number] | null = null
  let above: readonly [number, number] | null = null
  for (;;) {
    if (isAt(reader, 'operator', '_') && below === null) below = scriptRange(reader)
    else if (isAt(reader, 'operator', '^') && above === null) above = scriptRange(reader)
    else break
  }
  const bodyFrom = reader.at
  const bodyTo = bodyEnd(reader)
  if (bodyTo === bodyFrom) throw UNREADABLE
  if ((op === 'sum' || op === 'product') && below !== null && above !== null) {
    const equals = below[0] + 1
    if (reader.tokens[below[0]]?.kind === 'symbol' && reader.tokens[equals]?.text === '=') {
      const index = reader.tokens[below[0]]!.text
      const from = within(reader, equals + 1, below[1], (r) => r.grammar.expression(r))
      const to = within(reader, above[0], above[1], (r) => r.grammar.expression(r))
      const body = within(reader, bodyFrom, bodyTo, (r) => r.grammar.expression(r))
      reader.at = bodyTo
      return { kind: 'repeated', op, index, bounds: { from, to, body } }
    }
  }
  // integrals, limits and endless sums are known by how they are written
  reader.at = bodyTo
  const key = reader.tokens.slice(start, bodyTo).map((token) => token.text)
  return { kind: 'opaque', key: key.join(' ') }
}

function scriptRange(reader: Reader): readonly [number, number] {
  const open = reader.at + 1
  const token = reader.tokens[open]
  if (token === undefined || open >= reader.end) throw UNREADABLE
  if (token.kind === 'open') {
    const close = reader.match[open]!
    reader.at = close + 1
    return [open + 1, close]
  }
  const end = token.text === '-' ? open + 2 : open + 1
  reader.at = end
  return [open, end]
}

function bodyEnd(reader: Reader): number {
  let at = reader.at
  while (at < reader.end) {
    const token = reader.tokens[at]!
    if (at > reader.at && token.kind === 'operator' && /^[-+±∓]$/.test(token.text)) return at
    at = reader.match[at]! > at ? reader.match[at]! + 1 : at + 1
  }
  return peek(reader) === undefined ? reader.at : at
}
