import type { Label } from '../notation/label.ts'
import type { BoundSign } from '../notation/wording.ts'
import type { Leaf } from '../value/leaf.ts'

/** What an answer is, ready to be compared. */
export type Shape =
  | Value
  | Region
  | Collection
  | Assignment
  | { readonly kind: 'text'; readonly text: string } // canonical
  | { readonly kind: 'choice'; readonly letter: string; readonly of: Shape }
  | { readonly kind: 'based'; readonly digits: string; readonly base: number }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly Leaf[])[] }
  | { readonly kind: 'equation'; readonly difference: Leaf; readonly sides: readonly [Leaf, Leaf] }
  | { readonly kind: 'inequality'; readonly difference: Leaf; readonly strict: boolean } // difference < 0 or <= 0
  | { readonly kind: 'chain'; readonly parts: readonly Leaf[]; readonly ops: readonly string[] }
  | { readonly kind: 'ratio'; readonly parts: readonly Leaf[] } // three parts or more, or one that no quotient can stand for
  | { readonly kind: 'clock'; readonly hour: number; readonly minute: number; readonly half: '' | 'am' | 'pm' }
  | { readonly kind: 'conditioned'; readonly of: Shape; readonly condition: string; readonly whole: boolean } // whole: says nothing without its condition
  | { readonly kind: 'labelled'; readonly of: Shape; readonly label: Label } // anything but a value
  | { readonly kind: 'bound'; readonly of: Shape; readonly sign: BoundSign } // at least 5

/** A single value with its mark: percent, a unit, degrees, other words. */
export interface Value {
  readonly kind: 'value'
  readonly leaf: Leaf
  readonly percent: boolean
  readonly label: Label
}

/** A set of real numbers as pieces; `variable` where inequalities in it were given. */
export interface Region {
  readonly kind: 'region'
  readonly variable: string | null
  readonly pieces: readonly Piece[]
}

export interface Piece {
  readonly low: Leaf
  readonly lowClosed: boolean
  readonly high: Leaf
  readonly highClosed: boolean
}

/** list: 1, 2; set: {1, 2}; tuple: (1, 2); square: [1, 2]. Two items in brackets may also be an interval. */
export interface Collection {
  readonly kind: 'collection'
  readonly style: 'list' | 'set' | 'tuple' | 'square'
  readonly items: readonly Shape[]
}

/** name = value; as an equation too where it is one between numbers. */
export interface Assignment {
  readonly kind: 'assignment'
  readonly name: string
  readonly value: Shape
  readonly generic: { readonly name: string; readonly value: Shape } | null // f(x) = ... with x renamed
  readonly equation: Leaf | null // left minus right
}
