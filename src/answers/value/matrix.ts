import { type Node, someNode } from '../notation/node.ts'
import { mapChildren } from './substitute.ts'

type Rows = readonly (readonly Node[])[]

/** Largest power, and largest number of products, that matrix arithmetic is carried out for. */
const MAX_POWER = 8n
const MAX_PRODUCTS = 2000
const MAX_DETERMINANT = 5
/** Largest product, in parts of its entries' expressions. */
const MAX_SIZE = 20_000

/** Carries out the arithmetic of matrices in an expression; what it cannot do it leaves as it stands. */
export function reduceMatrices(node: Node): Node {
  if (!someNode(node, (part) => part.kind === 'matrix')) return node
  const reduced = mapChildren(node, reduceMatrices)
  switch (reduced.kind) {
    case 'matrix':
      return reduced.determinant ? (determinantOf(reduced.rows) ?? reduced) : reduced
    case 'sum':
      return sumOf(reduced.terms) ?? reduced
    case 'negative':
      return reduced.of.kind === 'matrix' ? entries(reduced.of.rows, negative) : reduced
    case 'product':
      return productOf(reduced.factors) ?? reduced
    case 'quotient':
      if (reduced.over.kind !== 'matrix' || reduced.under.kind === 'matrix') return reduced
      return entries(reduced.over.rows, (over) => ({ kind: 'quotient', over, under: reduced.under }))
    case 'power':
      return powerOf(reduced.base, reduced.exponent) ?? reduced
    case 'call':
      return callOf(reduced.name, reduced.args[0]) ?? reduced
    default:
      return reduced
  }
}

const matrix = (rows: Rows): Node => ({ kind: 'matrix', rows, determinant: false })
const entries = (rows: Rows, change: (entry: Node) => Node): Node => matrix(rows.map((row) => row.map(change)))
const negative = (of: Node): Node => ({ kind: 'negative', of })
const product = (...factors: Node[]): Node => ({ kind: 'product', factors })

function sumOf(terms: readonly Node[]): Node | null {
  const [first, ...rest] = terms
  if (first?.kind !== 'matrix') return null
  let rows = first.rows
  for (const term of rest) {
    if (term.kind !== 'matrix' || term.rows.length !== rows.length || term.rows[0]!.length !== rows[0]!.length)
      return null
    rows = rows.map((row, i) => row.map((entry, j) => ({ kind: 'sum', terms: [entry, term.rows[i]![j]!] }) as const))
  }
  return matrix(rows)
}

function productOf(factors: readonly Node[]): Node | null {
  const scalars = factors.filter((factor) => factor.kind !== 'matrix')
  let rows: Rows | null = null
  for (const factor of factors) {
    if (factor.kind !== 'matrix') continue
    rows = rows === null ? factor.rows : rowsTimes(rows, factor.rows)
    if (rows === null) return null
  }
  if (rows === null) return null
  return scalars.length === 0 ? matrix(rows) : entries(rows, (entry) => product(...scalars, entry))
}

function rowsTimes(a: Rows, b: Rows): Rows | null {
  const inner = b.length
  if (a[0]!.length !== inner || a.length * inner * b[0]!.length > MAX_PRODUCTS) return null
  const rows = a.map((row) =>
    b[0]!.map((_, j) => ({ kind: 'sum', terms: row.map((entry, k) => product(entry, b[k]![j]!)) }) as const),
  )
  return sizeOf(rows.flat()) > MAX_SIZE ? null : rows
}

// parts of expressions, counted no further than the bound
function sizeOf(nodes: readonly Node[]): number {
  let count = 0
  for (const node of nodes) {
    someNode(node, () => {
      count += 1
      return count > MAX_SIZE
    })
    if (count > MAX_SIZE) break
  }
  return count
}

function powerOf(base: Node, exponent: Node): Node | null {
  if (base.kind !== 'matrix') return null
  if (exponent.kind === 'negative' && exponent.of.kind === 'number' && exponent.of.value.n === 1n) {
    return inverseOf(base.rows)
  }
  if (exponent.kind !== 'number' || exponent.value.d !== 1n) return null
  const n = exponent.value.n
  if (n < 1n || n > MAX_POWER || base.rows.length > 3) return null
  let rows: Rows | null = base.rows
  for (let k = 1n; k < n && rows !== null; k += 1n) rows = rowsTimes(rows, base.rows)
  return rows === null ? null : matrix(rows)
}

function callOf(name: string, arg: Node | undefined): Node | null {
  if (arg?.kind !== 'matrix') return null
  if (name === 'transpose') return matrix(arg.rows[0]!.map((_, j) => arg.rows.map((row) => row[j]!)))
  return name === 'det' || name === 'abs' ? determinantOf(arg.rows) : null
}

function determinantOf(rows: Rows): Node | null {
  if (rows.length !== rows[0]!.length || rows.length > MAX_DETERMINANT) return null
  if (rows.length === 1) return rows[0]![0]!
  const terms = rows[0]!.map((entry, j) => {
    const cofactor = product(entry, determinantOf(minorOf(rows, 0, j))!)
    return j % 2 === 0 ? cofactor : negative(cofactor)
  })
  return { kind: 'sum', terms }
}

const minorOf = (rows: Rows, i: number, j: number): Rows =>
  rows.filter((_, row) => row !== i).map((row) => row.filter((_, column) => column !== j))

// adjugate over determinant, up to 3 x 3
function inverseOf(rows: Rows): Node | null {
  const n = rows.length
  const under = determinantOf(rows)
  if (under === null || n < 2 || n > 3) return null
  return matrix(
    rows.map((row, i) =>
      row.map((_, j) => {
        const cofactor = determinantOf(minorOf(rows, j, i))!
        return { kind: 'quotient', over: (i + j) % 2 === 0 ? cofactor : negative(cofactor), under } as const
      }),
    ),
  )
}
