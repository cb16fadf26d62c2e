import { type Node, UNREADABLE } from './node.ts'
import { type Reader, splitRange, within } from './reader.ts'

/** Largest matrix that is read, in entries. */
const MAX_ENTRIES = 400

/** Reads \begin{...} at `from` to \end{...} at `to`: a matrix, a system of statements, or aligned lines. */
export function readEnvironment(reader: Reader, from: number, to: number): Node {
  const name = reader.tokens[from]!.text.slice('begin:'.length)
  const lines = splitRange(reader, from + 1, to, (token) => token.kind === 'row').ranges.filter(([a, b]) => b > a)
  if (lines.length === 0) throw UNREADABLE
  if (/matrix|array/.test(name)) return matrixOf(reader, lines, name.startsWith('v'))
  return systemOf(reader, lines)
}

function matrixOf(reader: Reader, lines: readonly (readonly [number, number])[], determinant: boolean): Node {
  let entries = 0
  const rows = lines.map(([a, b]) =>
    splitRange(reader, a, b, (token) => token.kind === 'cell').ranges.map(([start, end]) => {
      entries += 1
      if (entries > MAX_ENTRIES) throw UNREADABLE
      return within(reader, start, end, (r) => r.grammar.list(r, r.at, r.end))
    }),
  )
  const width = rows[0]!.length
  if (rows.some((row) => row.length !== width)) throw UNREADABLE
  // a column of statements is a system
  const items = rows.map((row) => row[0]!)
  if (width === 1 && items.every((item) => item.kind === 'relation')) return { kind: 'list', items, joiner: 'comma' }
  return { kind: 'matrix', rows, determinant }
}

// lines of statements: a second cell is a condition
function systemOf(reader: Reader, lines: readonly (readonly [number, number])[]): Node {
  const items = lines.map(([a, b]) => {
    const cells = splitRange(reader, a, b, (token) => token.kind === 'cell').ranges.filter(([x, y]) => y > x)
    if (cells.length === 2) return caseOf(reader, cells[0]!, cells[1]!)
    if (cells.length !== 1) throw UNREADABLE
    return within(reader, cells[0]![0], cells[0]![1], (r) => r.grammar.list(r, r.at, r.end))
  })
  return items.length === 1 ? items[0]! : { kind: 'list', items, joiner: 'comma' }
}

// 1 & x > 0: a value that holds only under its condition
function caseOf(reader: Reader, value: readonly [number, number], condition: readonly [number, number]): Node {
  let [from, to] = condition
  const isMark = (at: number): boolean =>
    reader.tokens[at]!.kind === 'separator' || /^(?:if|for|when|where)$/i.test(reader.tokens[at]!.text)
  while (from < to && isMark(from)) from += 1
  while (from < to && reader.tokens[to - 1]!.kind === 'separator') to -= 1
  const last = reader.tokens[value[1] - 1]!.kind === 'separator' ? value[1] - 1 : value[1]
  const of = within(reader, value[0], last, (r) => r.grammar.list(r, r.at, r.end))
  const words = reader.tokens.slice(from, to).map((token) => token.text)
  return { kind: 'conditioned', of, condition: words.join(' ').toLowerCase(), whole: true }
}
