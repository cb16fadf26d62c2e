import type { Expression } from './ast.ts'
import { TemplateError } from './budget.ts'
import type { Token, TokenType } from './lexer.ts'

/** What an expression inside of another is read with: the grammar is recursive, the modules are not. */
export interface Grammar {
  expression(stream: TokenStream): Expression
  parenthesised(stream: TokenStream): Expression // what stands in parentheses, tuples too
}

/** Tokens read one after the other. */
export class TokenStream {
  readonly grammar: Grammar
  private readonly tokens: readonly Token[]
  private at = 0

  constructor(tokens: readonly Token[], grammar: Grammar) {
    this.tokens = tokens
    this.grammar = grammar
  }

  get current(): Token {
    return this.tokens[this.at]!
  }

  get following(): Token {
    return this.tokens[Math.min(this.at + 1, this.tokens.length - 1)]!
  }

  next(): Token {
    const token = this.current
    if (token.type !== 'end') this.at++
    return token
  }

  isOperator = (text: string): boolean => this.is('operator', text)
  isName = (...texts: string[]): boolean => this.current.type === 'name' && texts.includes(this.current.text)

  is(type: TokenType, text?: string): boolean {
    return this.current.type === type && (text === undefined || this.current.text === text)
  }

  /** Takes the token where it is the one. */
  skipIf(type: TokenType, text: string): boolean {
    const found = this.is(type, text)
    if (found) this.next()
    return found
  }

  expect(type: TokenType, text?: string): Token {
    if (!this.is(type, text))
      this.fail(`expected ${text === undefined ? `a ${type}` : `"${text}"`}, found ${this.found()}`)
    return this.next()
  }

  found(): string {
    const { type, text } = this.current
    return type === 'end' ? 'the end of the template' : type === 'data' ? 'text' : `"${text}"`
  }

  fail(message: string): never {
    throw new TemplateError(`line ${this.current.line}: ${message}`)
  }
}
