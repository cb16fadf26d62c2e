import { type Operator, workedSteps } from './columns.ts'
import type { Draw } from './draw.ts'
import { wholeNumber } from './numbers.ts'
import type { Family } from './question.ts'

/** "Start with 47. Add 38, then multiply by 3, then subtract 20. What is the result?" Nothing falls below 0 on the way. */
export const chain: Family = (draw, { digits, operations }) => {
  const start = wholeNumber(draw, digits)
  const taken: (readonly [Operator, number])[] = []
  let value = start
  for (let i = 0; i < operations; i++) {
    const operation = drawOperation(draw, value, digits)
    taken.push(operation)
    value = workedSteps(value, [operation])[0]!.result
  }
  const steps = workedSteps(start, taken)
  const orders = taken.map(([operator, right]) => `${verbs[operator]} ${right}`)
  const problem = draw.pick(wordings)(start, orders)
  return { problem, answer: value, steps: steps.map(({ sentence }) => sentence) }
}

const verbs: Readonly<Record<Operator, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply by',
  '/': 'divide by',
}

/** What does not fit the number (taking away more than it is, multiplying a large one) becomes an addition. */
function drawOperation(draw: Draw, value: number, digits: number): readonly [Operator, number] {
  const operator = draw.pick<Operator>(['+', '-', '*'])
  if (operator === '*' && value < 10 ** digits) return ['*', draw.integer(2, 9)]
  const right = wholeNumber(draw, digits)
  return operator === '-' && right <= value ? ['-', right] : ['+', right]
}

const wordings: readonly ((start: number, orders: readonly string[]) => string)[] = [
  (start, [first, ...others]) =>
    `Start with ${start}. ${[capital(first!), ...others].join(', then ')}. What is the result?`,
  (start, orders) =>
    `Take the number ${start}. ${orders.map((order) => `${capital(order)}.`).join(' ')} What do you get?`,
  (start, orders) => `What do you get from ${start} if you ${orders.join(', then ')}?`,
]

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
