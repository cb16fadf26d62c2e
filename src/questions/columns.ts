// One operation in steps that a small model can learn: each adds, subtracts or multiplies numbers with one digit other
// than 0, or puts two such results together.

export type Operator = '+' | '-' | '*'

/** An operation, written out, and its result. */
export interface Step {
  readonly sentence: string // without a full stop
  readonly result: number
}

/**
 * "47 + 38: 40 + 30 = 70, 7 + 8 = 15, 70 + 15 = 85". Sums and differences go column by column, products by the
 * distributive law. An operation with a number below 10, or in one column only, is a single equation: "85 + 7 = 92".
 * @param left whole, at least 0; of a difference, at least `right`
 */
export function workedStep(left: number, operator: Operator, right: number): Step {
  const parts = operator === '*' ? productParts(left, right) : columnParts(left, operator, right)
  const result = apply(left, operator, right)
  const whole = `${left} ${operator} ${right}`
  if (parts.length < 2) return { sentence: `${whole} = ${result}`, result }
  const equations = [
    ...parts.map((part) => equation(part).text),
    ...together(parts.map((part) => equation(part).result)),
  ]
  return { sentence: `${whole}: ${equations.join(', ')}`, result }
}

interface Part {
  readonly left: number
  readonly operator: Operator
  readonly right: number
}

const apply = (left: number, operator: Operator, right: number): number =>
  ({ '+': left + right, '-': left - right, '*': left * right })[operator]

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

/** Adds up results one after the other. Only those after the first can be below 0. */
function together([first, ...others]: readonly number[]): string[] {
  let sum = first!
  return others.map((result) => {
    const { text, result: next } = equation({ left: sum, operator: result < 0 ? '-' : '+', right: Math.abs(result) })
    sum = next
    return text
  })
}
