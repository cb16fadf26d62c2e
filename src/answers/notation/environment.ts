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

// lines of statements: cells only align them, except where a value stands beside its condition
function systemOf(reader: Reader, lines: readonly (readonly [number, number])[]): Node {
  const items = lines.map(([a, b]) => {
    const cells = splitRange(reader, a, b, (token) => token.kind === 'cell').ranges.filter(([x, y]) => y > x)
    if (cells.length !== 1) throw UNREADABLE
    return within(reader, cells[0]![0], cells[0]![1], (r) => r.grammar.list(r, r.at, r.end))
  })
  return items.length === 1 ? items[0]! : { kind: 'list', items, joiner: 'comma' }
}
