import type { Draw } from './draw.ts'

/** A value that can be written in several ways. */
export type Expression =
  | { readonly op: 'number'; readonly n: number }
  | { readonly op: 'decimal'; readonly text: string }
  | { readonly op: 'symbol'; readonly name: string }
  | { readonly op: 'constant'; readonly name: string }
  | { readonly op: '+' | '-' | '*' | '/'; readonly a: Expression; readonly b: Expression }
  | { readonly op: 'power'; readonly a: Expression; readonly n: number }
  | { readonly op: 'root'; readonly a: Expression }
  | { readonly op: 'call'; readonly name: string; readonly a: Expression }

const SYMBOLS = ['x', 'y', 'n', 'a', 'k']
const FUNCTIONS = ['sin', 'cos', 'ln', 'tan']

export function randomExpression(draw: Draw, depth: number): Expression {
  if (depth === 0 || draw.chance(0.2)) return randomLeaf(draw)
  const below = (): Expression => randomExpression(draw, depth - 1)
  const kind = draw.below(10)
  if (kind < 2) return { op: '+', a: below(), b: below() }
  if (kind < 4) return { op: '-', a: below(), b: below() }
  if (kind < 6) return { op: '*', a: below(), b: below() }
  if (kind < 8) return { op: '/', a: below(), b: below() }
  if (kind === 8) return { op: 'power', a: below(), n: 2 + draw.below(2) }
  return draw.chance(0.7) ? { op: 'root', a: below() } : { op: 'call', name: draw.pick(FUNCTIONS), a: below() }
}

function randomLeaf(draw: Draw): Expression {
  const kind = draw.below(10)
  if (kind < 5) return { op: 'number', n: 1 + draw.below(draw.chance(0.2) ? 2000 : 20) }
  if (kind < 6) return { op: 'decimal', text: `${draw.below(20)}.${1 + draw.below(99)}` }
  if (kind < 9) return { op: 'symbol', name: draw.pick(SYMBOLS) }
  return { op: 'constant', name: draw.pick(['\\pi', 'e', 'i']) }
}

/** One small change somewhere in an expression. Rarely it does not change the value. */
export function mutate(e: Expression, draw: Draw): Expression {
  switch (e.op) {
    case 'number':
      return { op: 'number', n: draw.chance(0.5) ? e.n + 1 : e.n * 10 }
    case 'decimal':
      return { op: 'decimal', text: `${e.text}5` }
    case 'symbol':
      return draw.chance(0.3)
        ? { op: 'symbol', name: e.name.toUpperCase() }
        : { op: 'symbol', name: e.name === 'x' ? 'z' : 'x' }
    case 'constant':
      return { op: '*', a: { op: 'number', n: 2 }, b: e }
    case 'power':
      return draw.chance(0.4) ? { ...e, n: e.n + 1 } : { ...e, a: mutate(e.a, draw) }
    case 'root':
      return draw.chance(0.3) ? e.a : { ...e, a: mutate(e.a, draw) }
    case 'call':
      return draw.chance(0.3) ? { ...e, name: e.name === 'sin' ? 'cos' : 'sin' } : { ...e, a: mutate(e.a, draw) }
    default:
      if (draw.chance(0.2)) return { ...e, op: e.op === '+' ? '-' : '+' }
      return draw.chance(0.5) ? { ...e, a: mutate(e.a, draw) } : { ...e, b: mutate(e.b, draw) }
  }
}

const enclosed = (text: string, draw: Draw): string => (draw.chance(0.5) ? `(${text})` : `\\left(${text}\\right)`)

/** Writes an expression in LaTeX, choosing among spellings that mean the same. */
export function spell(e: Expression, draw: Draw): string {
  switch (e.op) {
    case 'number':
      return e.n > 999 && draw.chance(0.5)
        ? `${Math.floor(e.n / 1000)}{,}${String(e.n % 1000).padStart(3, '0')}`
        : String(e.n)
    case 'decimal':
      return draw.chance(0.3) ? `${e.text}0` : e.text
    case 'symbol':
    case 'constant':
      return e.name === 'e' && draw.chance(0.3) ? '\\mathrm{e}' : e.name
    case 'power':
      return `${atom(e.a, draw)}^{${e.n}}`
    case 'root':
      return draw.chance(0.7) ? `\\sqrt{${spell(e.a, draw)}}` : `${atom(e.a, draw)}^{1/2}`
    case 'call':
      return `\\${e.name}${draw.chance(0.5) ? ' ' : ''}${enclosed(spell(e.a, draw), draw)}`
    default:
      return spellPair(e, draw)
  }
}

type Pair = Extract<Expression, { op: '+' | '-' | '*' | '/' }>

function spellPair(e: Pair, draw: Draw): string {
  const blank = draw.chance(0.5) ? ' ' : ''
  if (e.op === '/') {
    return draw.chance(0.7)
      ? `\\${draw.pick(['frac', 'dfrac', 'tfrac'])}{${spell(e.a, draw)}}{${spell(e.b, draw)}}`
      : `${atom(e.a, draw)}${blank}/${blank}${atom(e.b, draw)}`
  }
  if (e.op === '*') {
    const [a, b] = draw.chance(0.5) ? [e.a, e.b] : [e.b, e.a]
    return `${atom(a, draw)} ${draw.pick(['\\cdot', '\\times'])} ${atom(b, draw)}`
  }
  if (e.op === '-') return `${spell(e.a, draw)}${blank}-${blank}${atom(e.b, draw)}`
  const [a, b] = draw.chance(0.5) ? [e.a, e.b] : [e.b, e.a]
  return `${spell(a, draw)}${blank}+${blank}${spell(b, draw)}`
}

function atom(e: Expression, draw: Draw): string {
  const plain = e.op === 'number' || e.op === 'symbol' || e.op === 'constant' || e.op === 'decimal'
  return plain ? spell(e, draw) : enclosed(spell(e, draw), draw)
}
