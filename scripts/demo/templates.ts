import type { Draw } from '../../src/questions/draw.ts'
import { average, equation, geometry, sequence } from './families/algebra.ts'
import { chain } from './families/chain.ts'
import { cost, percent, rate } from './families/trade.ts'
import type { Family, Problem, Ranges } from './problem.ts'

const families: readonly { readonly weight: number; readonly item: Family }[] = [
  { weight: 34, item: chain },
  { weight: 14, item: cost },
  { weight: 12, item: equation },
  { weight: 10, item: rate },
  { weight: 9, item: percent },
  { weight: 8, item: geometry },
  { weight: 7, item: sequence },
  { weight: 6, item: average },
]

/** A problem of a family drawn by its weight. */
export function drawProblem(draw: Draw, ranges: Ranges): Problem {
  return draw.weighted(families)(draw, ranges)
}

/** How a solution is written: every step, only the last one, or just the answer. */
export type Style = 'worked' | 'semi' | 'terse'

/** "12 + 4 = 16. 16 * 2 = 32. The answer is \boxed{32}." and its shorter forms. */
export function solution({ steps, answer }: Problem, style: Style): string {
  const shown = { worked: steps, semi: steps.slice(-1), terse: [] }[style]
  return [...shown.map((text) => `${text}.`), `The answer is \\boxed{${answer}}.`].join(' ')
}
