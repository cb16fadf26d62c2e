// One operation in steps that a small model can learn: its numbers are split by their digits, and the results put
// together again.

export type Operator = '+' | '-' | '*' | '/'

/** An operation, written out, and its result. */
export interface Step {
  readonly sentence: string // without a full stop
  readonly result: number
}

/**
 * "47 + 38: 40 + 30 = 70, 7 + 8 = 15, 70 + 15 = 85". Sums and differences go column by column, products and quotients
 * by the distributive law. A sum or difference with a number below 10, or in one column only, a product up to 10 * 10
 * and a quotient below 10 are single equations: "85 + 7 = 92".
 * @param left whole, at least 0; at least `right` in a difference, a multiple of it in a quotient
 */
export function workedStep(left: number, operator: Operator, right: number): Step {
  const equations = partsOf(left, operator, right).map(equation)
  const result = apply(left, operator, right)
  const whole = `${left} ${operator} ${right}`
  if (equations.length < 2) return { sentence: `${whole} = ${result}`, result }
  const written = [...equations.map(({ text }) => text), ...together(equations.map((part) => part.result))]
  return { sentence: `${whole}: ${written.join(', ')}`, result }
}

/** Operations one after the other, each on the result of the last. */
export function workedSteps(start: number, operations: readonly (readonly [Operator, number])[]): readonly Step[] {
  let value = start
  return operations.map(([operator, right]) => {
    const step = workedStep(value, operator, right)
    value = step.result
    return step
  })
}

interface Part {
  readonly left: number
  readonly operator: Operator
  readonly right: number
}

const apply = (left: number, operator: Operator, right: number): number =>
  ({ '+': left + right, '-': left - right, '*': left * right, '/': left / right })[operator]

function equation({ left, operator, right }: Part): { readonly text: string; readonly result: number } {
  const result = apply(left, operator, right)
  return { text: `${left} ${operator} ${right} = ${result}`, result }
}

/** The values of a number's digits, the highest first: 405 is 400, 0, 5. */
const placeValues = (value: number, places: number): number[] =>
  Array.from({ length: places }, (_, i) => {
    const unit = 10 ** (places - 1 - i)
    return (Math.floor(value / unit) % 10) * unit
  })

function partsOf(left: number, operator: Operator, right: number): Part[] {
  if (operator === '*') return productParts(left, right)
  return operator === '/' ? quotientParts(left, right) : columnParts(left, operator, right)
}

function columnParts(left: number, operator: Operator, right: number): Part[] {
  if (left < 10 || right < 10) return []
  const places = String(Math.max(left, right)).length
  const lefts = placeValues(left, places)
  const rights = placeValues(right, places)
  return lefts.flatMap((value, i) => {
    const other = rights[i]!
    return value === 0 && other === 0 ? [] : [{ left: value, operator, right: other }]
  })
}

/** The larger of a product's numbers is split; of two numbers above 10, the smaller. */
function productParts(left: number, right: number): Part[] {
  if (left <= 10 && right <= 10) return []
  const isLeftSplit = left > 10 && right > 10 ? left < right : left > right
  const split = isLeftSplit ? left : right
  return placeValues(split, String(split).length)
    .filter((value) => value > 0)
    .map((value) => ({ left: isLeftSplit ? value : left, operator: '*', right: isLeftSplit ? right : value }))
}

/** 84 / 7 is 70 / 7 and 14 / 7. */
function quotientParts(left: number, right: number): Part[] {
  const quotient = left / right
  return placeValues(quotient, String(quotient).length)
    .filter((value) => value > 0)
    .map((value) => ({ left: value * right, operator: '/', right }))
}

/** Adds up results one after the other. Only those after the first can be below 0. */
function together([first, ...others]: readonly number[]): string[] {
  let sum = first!
  return others.map((result) => {
    const { text, result: next } = equation({ left: sum, operator: result < 0 ? '-' : '+', right: Math.abs(result) })
    sum = next
    return text
  })
}
