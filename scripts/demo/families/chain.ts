import type { Draw } from '../../../src/questions/draw.ts'
import { apply, type Family, type Operator, problem, type Ranges, step } from '../problem.ts'
import { cities, jobs, names, objects, places, weekdays } from '../words.ts'

/** A count that changes two or three times; the final count is asked. The largest family. */
export const chain: Family = (draw, ranges) => {
  const [name, other] = draw.pickTwo(names)
  const things = draw.pick(objects)
  const start = draw.integer(...ranges.start)
  const operators: Operator[] = draw.chance(0.7)
    ? draw.shuffle<Operator>(['+', '-', '*']).slice(0, 2)
    : draw.shuffle<Operator>(['+', '-', '+', '-']).slice(0, 3)
  let value = start
  const steps: string[] = []
  const events: string[] = []
  for (const operator of operators) {
    const event = drawEvent(draw, operator, value, ranges)
    const { text, result } = step(value, event.operator, event.operand)
    steps.push(text)
    events.push(eventClause(draw, event, { other, things }))
    value = result
  }
  return problem(
    'chain',
    [setup(draw, name, start, things), joined(draw, events), question(draw, things)],
    steps,
    value,
  )
}

interface Event {
  readonly operator: Operator
  readonly operand: number
}

/** An operation that does not fit the number (multiplying a large number, taking away more than there is) becomes an addition. */
function drawEvent(draw: Draw, operator: Operator, value: number, { change, largestMultiplied }: Ranges): Event {
  const operand = operator === '*' ? draw.integer(2, 3) : draw.integer(...change)
  if (operator === '*' && value > largestMultiplied) return { operator: '+', operand: draw.integer(...change) }
  if (operator === '-' && apply(value, '-', operand) < 1) return { operator: '+', operand }
  return { operator, operand }
}

function setup(draw: Draw, name: string, start: number, things: string): string {
  return draw.pick([
    `${name} has ${start} ${things}.`,
    `In the ${draw.pick(places)}, ${name} keeps ${start} ${things}.`,
    `A ${draw.pick(jobs)} named ${name} owns ${start} ${things}.`,
    `On ${draw.pick(weekdays)}, ${name} counts ${start} ${things}.`,
    `There are ${start} ${things} in the ${draw.pick(places)}.`,
  ])
}

function eventClause(draw: Draw, { operator, operand }: Event, { other, things }: { other: string; things: string }) {
  if (operator === '+') {
    return draw.pick([
      `${other} brings ${operand} more`,
      `${operand} more arrive from ${draw.pick(cities)}`,
      `a ${draw.pick(jobs)} adds ${operand} ${things}`,
      `${operand} new ones are found`,
    ])
  }
  if (operator === '-') {
    return draw.pick([
      `${operand} of them get lost`,
      `${other} takes ${operand} away`,
      `${operand} ${things} are sold`,
      `a ${draw.pick(jobs)} borrows ${operand}`,
    ])
  }
  const times = operand === 2 ? 'doubles' : 'triples'
  return draw.pick([
    `the number ${times}`,
    `the amount becomes ${operand} times as large`,
    `the collection grows to ${operand} times its size`,
    `${other} makes it ${operand} times as many`,
  ])
}

function joined(draw: Draw, events: readonly string[]): string {
  const [first, ...rest] = events as [string, ...string[]]
  const last = rest.at(-1) as string
  const upToLast = [first, ...rest.slice(0, -1)].join(', ')
  return draw.pick([
    `First ${first}, then ${rest.join(', then ')}.`,
    `Later ${events.join(' and ')}.`,
    `After lunch ${upToLast}, and finally ${last}.`,
    `The next day ${upToLast}, and after that ${last}.`,
    `Then ${first}. Next, ${rest.join(' and ')}.`,
  ])
}

function question(draw: Draw, things: string): string {
  return draw.pick([
    `How many ${things} remain at the end?`,
    `How many ${things} are there now?`,
    `Find the final number of ${things}.`,
    `What is the number of ${things} in the end?`,
  ])
}
