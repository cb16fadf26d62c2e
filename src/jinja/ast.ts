// The tree of a template, with the node types of jinja2/nodes.py that chat templates can have.
import type { Value } from './value.ts'

export interface CallArguments {
  readonly args: readonly Expression[]
  readonly keywords: readonly (readonly [string, Expression])[]
  readonly spread: Expression | null // *args
  readonly keywordSpread: Expression | null // **kwargs
}

export interface Slice {
  readonly type: 'slice'
  readonly parts: readonly (Expression | null)[] // start, stop, step
}

export interface Filter {
  readonly type: 'filter'
  readonly operand: Expression | null // null: the text of a block
  readonly name: string
  readonly call: CallArguments
}

export interface Test {
  readonly type: 'test'
  readonly operand: Expression
  readonly name: string
  readonly call: CallArguments
}

export type Expression =
  | { readonly type: 'const'; readonly value: Value }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'tuple' | 'list'; readonly items: readonly Expression[] }
  | { readonly type: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly type: 'attribute'; readonly object: Expression; readonly name: string }
  | { readonly type: 'item'; readonly object: Expression; readonly key: Expression | Slice }
  | { readonly type: 'call'; readonly callee: Expression; readonly call: CallArguments }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'unary'; readonly operator: '-' | '+' | 'not'; readonly operand: Expression }
  | { readonly type: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'concat'; readonly parts: readonly Expression[] }
  | {
      readonly type: 'compare'
      readonly first: Expression
      readonly rest: readonly { readonly operator: string; readonly operand: Expression }[]
    }
  | {
      readonly type: 'conditional'
      readonly test: Expression
      readonly then: Expression
      readonly otherwise: Expression | null
    }
  | Filter
  | Test

/** What a value is assigned to. */
export type Target =
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'namespace'; readonly name: string; readonly attribute: string }
  | { readonly type: 'tuple'; readonly items: readonly Target[] }

export interface Parameter {
  readonly name: string
  readonly fallback: Expression | null
}

/** The body of a macro or a call block. */
export interface MacroBody {
  readonly name: string | null
  readonly parameters: readonly Parameter[]
  readonly body: readonly Statement[]
}

export interface For {
  readonly type: 'for'
  readonly target: Target
  readonly items: Expression
  readonly test: Expression | null
  readonly recursive: boolean
  readonly body: readonly Statement[]
  readonly otherwise: readonly Statement[]
}

export interface If {
  readonly type: 'if'
  readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[]
  readonly otherwise: readonly Statement[]
}

export type Statement =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'output'; readonly value: Expression }
  | { readonly type: 'set'; readonly target: Target; readonly value: Expression }
  | {
      readonly type: 'set block'
      readonly target: Target
      readonly filter: Filter | null
      readonly body: readonly Statement[]
    }
  | If
  | For
  | { readonly type: 'macro'; readonly macro: MacroBody & { readonly name: string } }
  | { readonly type: 'call block'; readonly call: Expression & { type: 'call' }; readonly macro: MacroBody }
  | { readonly type: 'filter block'; readonly filter: Filter; readonly body: readonly Statement[] }
  | {
      readonly type: 'with'
      readonly bindings: readonly (readonly [Target, Expression])[]
      readonly body: readonly Statement[]
    }
  | { readonly type: 'generation'; readonly body: readonly Statement[] }
  | { readonly type: 'break' | 'continue' }
