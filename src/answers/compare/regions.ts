import { INFINITY_NAME, type Node } from '../notation/node.ts'
import { newBudget } from '../value/budget.ts'
import { compareLeaves, constantValue, type Leaf, leafOf, traitsOf } from '../value/leaf.ts'
import type { Piece, Region, Shape } from './shape.ts'

const INFINITE: Node = { kind: 'symbol', name: INFINITY_NAME }
export const PLUS_INFINITY = leafOf(INFINITE, newBudget())
export const MINUS_INFINITY = leafOf({ kind: 'negative', of: INFINITE }, newBudget())

export const EVERYTHING: Piece = {
  low: MINUS_INFINITY,
  lowClosed: false,
  high: PLUS_INFINITY,
  highClosed: false,
}

/** Where an end of a piece lies; null when that is not a number. */
function position(leaf: Leaf): number | null {
  const { key, constant } = traitsOf(leaf)
  if (key === INFINITY_NAME) return Number.POSITIVE_INFINITY
  if (key === traitsOf(MINUS_INFINITY).key) return Number.NEGATIVE_INFINITY
  return constant ? constantValue(leaf) : null
}

export const pointPiece = (leaf: Leaf): Piece => ({ low: leaf, lowClosed: true, high: leaf, highClosed: true })

/** The complement in the real numbers; null where an end is not a number. */
export function complementOf(pieces: readonly Piece[]): readonly Piece[] | null {
  const merged = mergePieces(pieces)
  if (merged === null) return null
  const gaps: Piece[] = []
  let low = MINUS_INFINITY
  let lowClosed = false
  for (const piece of merged) {
    gaps.push({ low, lowClosed, high: piece.low, highClosed: !piece.lowClosed })
    low = piece.high
    lowClosed = !piece.highClosed
  }
  gaps.push({ low, lowClosed, high: PLUS_INFINITY, highClosed: false })
  return gaps.filter((piece) => !isEmpty(piece))
}

/** What two sets have in common; null where an end is not a number. */
export function intersectPieces(a: readonly Piece[], b: readonly Piece[]): readonly Piece[] | null {
  const outsideA = complementOf(a)
  const outsideB = complementOf(b)
  return outsideA === null || outsideB === null ? null : complementOf([...outsideA, ...outsideB])
}

function isEmpty(piece: Piece): boolean {
  const low = position(piece.low)!
  const high = position(piece.high)!
  if (!Number.isFinite(low) && low === high) return true
  return low > high || (low === high && !(piece.lowClosed && piece.highClosed))
}

/** Sorts pieces and joins those that touch; null where an end is not a number. */
export function mergePieces(pieces: readonly Piece[]): readonly Piece[] | null {
  if (pieces.some((piece) => position(piece.low) === null || position(piece.high) === null)) return null
  const sorted = pieces
    .filter((piece) => !isEmpty(piece))
    .sort((a, b) => position(a.low)! - position(b.low)! || Number(b.lowClosed) - Number(a.lowClosed))
  const merged: Piece[] = []
  for (const piece of sorted) {
    const last = merged.at(-1)
    if (last === undefined || !touches(last, piece)) {
      merged.push(piece)
      continue
    }
    const [end, next] = [position(last.high)!, position(piece.high)!]
    const further = next > end || (next === end && piece.highClosed) ? piece : last
    merged[merged.length - 1] = { ...last, high: further.high, highClosed: further.highClosed }
  }
  return merged
}

function touches(a: Piece, b: Piece): boolean {
  const [end, start] = [position(a.high)!, position(b.low)!]
  return start < end || (start === end && (a.highClosed || b.lowClosed))
}

/** Whether two regions hold the same numbers; ends that are not numbers are compared piece by piece. */
export function sameRegions(a: Region, b: Region): boolean {
  if (a.variable !== null && b.variable !== null && a.variable !== b.variable) return false
  const left = mergePieces(a.pieces)
  const right = mergePieces(b.pieces)
  if (left !== null && right !== null) {
    return left.length === right.length && left.every((piece, i) => samePieces(piece, right[i]!))
  }
  if (a.pieces.length !== b.pieces.length) return false
  return a.pieces.every((piece) => b.pieces.some((other) => samePieces(piece, other)))
}

const samePieces = (a: Piece, b: Piece): boolean =>
  a.lowClosed === b.lowClosed &&
  a.highClosed === b.highClosed &&
  compareLeaves(a.low, b.low) === 'equal' &&
  compareLeaves(a.high, b.high) === 'equal'

/** A shape as a set of numbers: an interval, a union, points, inequalities; null when it is none. */
export function regionOf(shape: Shape): Region | null {
  if (shape.kind === 'region') return shape
  if (shape.kind === 'value') return { kind: 'region', variable: null, pieces: [pointPiece(shape.leaf)] }
  if (shape.kind === 'assignment') {
    const value = regionOf(shape.value)
    return value === null ? null : { ...value, variable: value.variable ?? shape.name }
  }
  if (shape.kind !== 'collection') return null
  if (shape.style === 'tuple' || shape.style === 'square') {
    const [low, high] = shape.items
    if (shape.items.length !== 2 || low?.kind !== 'value' || high?.kind !== 'value') return null
    const closed = shape.style === 'square'
    const piece = { low: low.leaf, lowClosed: closed, high: high.leaf, highClosed: closed }
    return { kind: 'region', variable: null, pieces: [piece] }
  }
  const regions = shape.items.map(regionOf)
  if (regions.some((region) => region === null)) return null
  const variable = regions.find((region) => region!.variable !== null)?.variable ?? null
  return { kind: 'region', variable, pieces: regions.flatMap((region) => region!.pieces) }
}
