// The tokens of a template, after jinja2/lexer.py (3.1) with trim_blocks and lstrip_blocks, as transformers sets them.
import { TemplateError } from './budget.ts'
import { space, stripRight } from './space.ts'
import { stringLiteral } from './string-literal.ts'

export type TokenType = 'data' | 'open' | 'close' | 'name' | 'string' | 'integer' | 'float' | 'operator' | 'end'

export interface Token {
  readonly type: TokenType
  readonly text: string // data and string: their value; open and close: "{%", "{{", "%}", "}}"
  readonly line: number
}

const spaces = new RegExp(`${space}*`, 'y')
const opening = new RegExp(`\\{%[-+]?${space}*raw${space}*(?:-%\\}${space}*|%\\})|\\{\\{[-+]?|\\{%[-+]?|\\{#[-+]?`, 'g')
const ends = {
  '{%': new RegExp(`(?:\\+%\\}|-%\\}${space}*|%\\}\\n?)`, 'y'),
  '{{': new RegExp(`(?:-\\}\\}${space}*|\\}\\})`, 'y'),
}
const commentEnd = new RegExp(`\\+#\\}|-#\\}${space}*|#\\}\\n?`, 'g')
const rawEnd = new RegExp(`\\{%([-+]?)${space}*endraw${space}*(?:\\+%\\}|-%\\}${space}*|%\\}\\n?)`, 'g')

const floating = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy
const integer = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy
const name = /[\p{ID_Start}_][\p{ID_Continue}]*/uy
const string = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y
const operator = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y

/** @throws TemplateError with the line of what is not a template */
export function tokenize(template: string): Token[] {
  const source = template.replace(/\r\n?/g, '\n').replace(/\n$/, '')
  return new Lexer(source).all()
}

class Lexer {
  private readonly tokens: Token[] = []
  private readonly source: string
  private at = 0
  private line = 1
  private lineStarts = true // the last match ended with a newline

  constructor(source: string) {
    this.source = source
  }

  all(): Token[] {
    while (this.at < this.source.length) this.part()
    this.push('end', '')
    return this.tokens
  }

  /** Text up to the next tag, and that tag. */
  private part(): void {
    opening.lastIndex = this.at
    const found = opening.exec(this.source)
    if (found === null) {
      this.push('data', this.source.slice(this.at))
      this.at = this.source.length
      return
    }
    const [tag] = found
    this.data(this.source.slice(this.at, found.index), tag[2] ?? '', !tag.startsWith('{{'))
    this.move(found.index + tag.length)
    if (tag.startsWith('{#')) this.comment()
    else if (tag.length > 3) this.raw()
    else this.code(tag.slice(0, 2) as '{%' | '{{')
  }

  /** @param sign - strips all space before the tag, + none; without, a tag alone on its line loses the space before it */
  private data(text: string, sign: string, block: boolean): void {
    if (sign === '-') {
      this.push('data', stripRight(text))
      return
    }
    const start = text.lastIndexOf('\n') + 1
    const alone = (start > 0 || this.lineStarts) && stripRight(text.slice(start)) === ''
    this.push('data', sign !== '+' && block && alone ? text.slice(0, start) : text)
  }

  private comment(): void {
    const found = this.closing(commentEnd, 'a comment is not closed: #} is missing')
    this.move(found.index + found[0].length)
  }

  private raw(): void {
    const found = this.closing(rawEnd, 'a raw block is not closed: {% endraw %} is missing')
    this.data(this.source.slice(this.at, found.index), found[1]!, true)
    this.move(found.index + found[0].length)
  }

  private closing(pattern: RegExp, message: string): RegExpExecArray {
    pattern.lastIndex = this.at
    return pattern.exec(this.source) ?? this.fail(message)
  }

  private code(open: '{%' | '{{'): void {
    this.tokens.push({ type: 'open', text: open, line: this.line })
    const brackets: string[] = []
    for (;;) {
      this.move(this.at + this.match(spaces)!.length)
      const end = brackets.length === 0 ? this.match(ends[open]) : null
      if (end !== null) {
        this.tokens.push({ type: 'close', text: open === '{%' ? '%}' : '}}', line: this.line })
        this.move(this.at + end.length)
        return
      }
      if (this.at >= this.source.length) this.fail(`a tag is not closed: ${open === '{%' ? '%}' : '}}'} is missing`)
      this.token(brackets)
    }
  }

  private token(brackets: string[]): void {
    const kinds: [TokenType, RegExp][] = [
      ['float', floating],
      ['integer', integer],
      ['name', name],
      ['string', string],
      ['operator', operator],
    ]
    for (const [type, pattern] of kinds) {
      const text = this.match(pattern)
      if (text === null) continue
      if (type === 'operator') this.balance(text, brackets)
      this.push(type, type === 'string' ? stringLiteral(text.slice(1, -1)) : text, true)
      this.move(this.at + text.length)
      return
    }
    this.fail(`unexpected character ${JSON.stringify(String.fromCodePoint(this.source.codePointAt(this.at)!))}`)
  }

  private balance(text: string, brackets: string[]): void {
    const closes = { '(': ')', '[': ']', '{': '}' }[text]
    if (closes !== undefined) brackets.push(closes)
    else if (/^[)\]}]$/.test(text) && brackets.pop() !== text) this.fail(`unexpected "${text}"`)
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    return pattern.exec(this.source)?.[0] ?? null
  }

  private move(to: number): void {
    for (let i = this.at; i < to; i++) if (this.source.charCodeAt(i) === 10) this.line++
    if (to > this.at) this.lineStarts = this.source[to - 1] === '\n'
    this.at = to
  }

  private push(type: TokenType, text: string, empty = false): void {
    if (text !== '' || empty || type === 'end') this.tokens.push({ type, text, line: this.line })
  }

  private fail(message: string): never {
    throw new TemplateError(`line ${this.line}: ${message}`)
  }
}
