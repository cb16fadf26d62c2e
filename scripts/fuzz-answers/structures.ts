import type { Draw } from './draw.ts'

/** A form of answer around one or more values. */
export interface Structure {
  readonly name: string
  readonly depth: number // of its values
  readonly size: (draw: Draw) => number
  readonly write: (parts: readonly string[], draw: Draw) => string
}

const one = (): number => 1
const few = (draw: Draw): number => 2 + draw.below(3)

/** Lists may be written in any order. */
function shuffled(parts: readonly string[], draw: Draw): string[] {
  const left = [...parts]
  return parts.map(() => left.splice(draw.below(left.length), 1)[0]!)
}

export const structures: readonly Structure[] = [
  { name: 'value', depth: 3, size: one, write: ([a]) => a! },
  { name: 'deep', depth: 4, size: one, write: ([a]) => a! },
  { name: 'boxed', depth: 2, size: one, write: ([a]) => `\\boxed{${a}}` },
  { name: 'assignment', depth: 2, size: one, write: ([a], draw) => `${draw.chance(0.5) ? 'w = ' : ''}${a}` },
  { name: 'tuple', depth: 1, size: few, write: (parts) => `\\left(${parts.join(', ')}\\right)` },
  { name: 'set', depth: 1, size: few, write: (parts, draw) => `\\{${shuffled(parts, draw).join(', ')}\\}` },
  {
    name: 'list',
    depth: 1,
    size: few,
    write: (parts, draw) => shuffled(parts, draw).join(draw.pick([', ', ' \\text{ and } '])),
  },
  { name: 'matrix', depth: 1, size: () => 4, write: (p, draw) => matrix(p, draw.pick(['pmatrix', 'bmatrix'])) },
  { name: 'above', depth: 1, size: one, write: ([a], draw) => (draw.chance(0.5) ? `w > ${a}` : `${a} < w`) },
  {
    name: 'equation',
    depth: 1,
    size: () => 2,
    write: ([a, b], draw) => (draw.chance(0.5) ? `w + ${a} = ${b}` : `${b} = w + ${a}`),
  },
  {
    name: 'units',
    depth: 1,
    size: one,
    write: ([a], draw) => `${enclosed(a!)}${draw.pick(['', ' \\text{ cm}', '\\ \\mathrm{cm}'])}`,
  },
  { name: 'percent', depth: 0, size: one, write: ([a], draw) => `${a}${draw.pick(['\\%', ' \\%'])}` },
]

const enclosed = (text: string): string => (/^[\d.a-z]+$/.test(text) ? text : `(${text})`)

const matrix = ([a, b, c, d]: readonly string[], name: string): string =>
  `\\begin{${name}} ${a} & ${b} \\\\ ${c} & ${d} \\end{${name}}`
