/** A piece of a text set as mathematics. */
export interface Segment {
  readonly from: number // with its delimiters
  readonly to: number
  readonly inner: string
}

const ENVIRONMENTS = 'align|aligned|equation|gather|multline|eqnarray|displaymath'
const OPENING = new RegExp(`\\$\\$|\\$|\\\\\\(|\\\\\\[|\\\\begin\\{(?:${ENVIRONMENTS})\\*?\\}`, 'g')

/** The pieces of a text between $, $$, \( \), \[ \] or in display environments. Escaped dollars delimit nothing. */
export function findSegments(text: string): Segment[] {
  const segments: Segment[] = []
  OPENING.lastIndex = 0
  for (;;) {
    const match = OPENING.exec(text)
    if (match === null) return segments
    const from = match.index
    const opening = match[0]
    if (opening[0] === '$' && text[from - 1] === '\\') continue
    const start = from + opening.length
    const to = closingAt(text, start, opening)
    if (to === null) continue
    segments.push({ from, to: to[1], inner: unaligned(text.slice(start, to[0])) })
    OPENING.lastIndex = to[1]
  }
}

function closingAt(text: string, start: number, opening: string): readonly [number, number] | null {
  const closing = closerOf(opening)
  for (let at = text.indexOf(closing, start); at >= 0; at = text.indexOf(closing, at + 1)) {
    if (closing[0] === '$' && text[at - 1] === '\\') continue
    // inline mathematics does not run over a blank line
    if (opening === '$' && text.slice(start, at).includes('\n\n')) return null
    return [at, at + closing.length]
  }
  return null
}

function closerOf(opening: string): string {
  if (opening === '\\(') return '\\)'
  if (opening === '\\[') return '\\]'
  return opening.startsWith('\\begin') ? opening.replace('begin', 'end') : opening
}

const CONTINUES = /^\s*(?:=|<|>|\\(?:leq?|geq?|approx|equiv|Rightarrow|implies)\b)/

// aligned lines: those that begin with a relation continue the statement before; the last statement counts
function unaligned(inner: string): string {
  if (!inner.includes('&') || /\\begin\{(?!aligned|align|split)/.test(inner)) return inner
  let statement = ''
  for (const line of inner.replaceAll(/\\(?:begin|end)\{[a-z]+\*?\}/g, '').split('\\\\')) {
    const plain = line.replaceAll(/\s*&\s*/g, ' ').trim()
    if (plain === '') continue
    statement = CONTINUES.test(plain) ? `${statement} ${plain}` : plain
  }
  return statement
}
