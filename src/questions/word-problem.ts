import { type Operator, type Step, workedStep, workedSteps } from './columns.ts'
import type { Draw } from './draw.ts'
import { amount } from './numbers.ts'
import type { Family, Question } from './question.ts'
import { containers, days, names, things } from './words.ts'

/** A short story with one to three operations; the template decides how many. */
export const wordProblem: Family = (draw, { digits }) => draw.pick(templates)(draw, digits)

type Template = (draw: Draw, digits: number) => Question

const question = (sentences: readonly string[], steps: readonly Step[]): Question => ({
  problem: sentences.join(' '),
  answer: steps.at(-1)!.result,
  steps: steps.map(({ sentence }) => sentence),
})

const solved = (start: number, ...operations: readonly (readonly [Operator, number])[]): readonly Step[] =>
  workedSteps(start, operations)

/** Two amounts, the larger first. */
function twoAmounts(draw: Draw, digits: number): readonly [number, number] {
  const [a, b] = [amount(draw, digits), amount(draw, digits)]
  return [Math.max(a, b), Math.min(a, b)]
}

const gain: Template = (draw, digits) => {
  const [name, other] = draw.pickTwo(names)
  const thing = draw.pick(things)
  const [a, b] = [amount(draw, digits), amount(draw, digits)]
  const comes = draw.pick([`${other} gives ${name} ${b} more.`, `Then ${name} finds another ${b}.`])
  return question(
    [`${name} has ${a} ${thing}.`, comes, `How many ${thing} does ${name} have now?`],
    solved(a, ['+', b]),
  )
}

const loss: Template = (draw, digits) => {
  const [name, other] = draw.pickTwo(names)
  const thing = draw.pick(things)
  const [a, b] = twoAmounts(draw, digits)
  const goes = draw.pick([`${name} gives ${b} of them to ${other}.`, `${other} borrows ${b} of them.`])
  return question([`${name} has ${a} ${thing}.`, goes, `How many ${thing} are left for ${name}?`], solved(a, ['-', b]))
}

const twoDays: Template = (draw, digits) => {
  const name = draw.pick(names)
  const thing = draw.pick(things)
  const [first, second] = draw.pickTwo(days)
  const [a, b] = [amount(draw, digits), amount(draw, digits)]
  const verb = draw.pick(['sells', 'packs', 'counts'])
  return question(
    [`On ${first} ${name} ${verb} ${a} ${thing}, and on ${second} ${b}.`, 'How many is that altogether?'],
    solved(a, ['+', b]),
  )
}

const comparison: Template = (draw, digits) => {
  const [name, other] = draw.pickTwo(names)
  const thing = draw.pick(things)
  const [a, b] = twoAmounts(draw, digits)
  return question(
    [`${name} has ${a} ${thing} and ${other} has ${b}.`, `How many more ${thing} does ${name} have than ${other}?`],
    solved(a, ['-', b]),
  )
}

const groups: Template = (draw, digits) => {
  const thing = draw.pick(things)
  const container = draw.pick(containers)
  const [each, count] = [amount(draw, digits), draw.integer(2, 9)]
  return question(
    [`There are ${each} ${thing} in every ${container}.`, `How many ${thing} are in ${count} of them?`],
    solved(each, ['*', count]),
  )
}

const sharing: Template = (draw, digits) => {
  const name = draw.pick(names)
  const thing = draw.pick(things)
  const friends = draw.integer(2, digits === 1 ? 4 : 9)
  const each = draw.integer(2, Math.floor((10 ** digits - 1) / friends))
  return question(
    [`${name} shares ${friends * each} ${thing} equally among ${friends} friends.`, `How many ${thing} does each get?`],
    solved(friends * each, ['/', friends]),
  )
}

const change: Template = (draw, digits) => {
  const name = draw.pick(names)
  const thing = draw.pick(things)
  const [count, price, left] = [draw.integer(2, 9), draw.integer(2, 9), amount(draw, digits)]
  const cost = workedStep(count, '*', price)
  const paid = cost.result + left
  return question(
    [
      `${name} buys ${count} ${thing} for ${price} dollars each and pays with ${paid} dollars.`,
      `How many dollars does ${name} get back?`,
    ],
    [cost, workedStep(paid, '-', cost.result)],
  )
}

const timesAsMany: Template = (draw, digits) => {
  const [name, other] = draw.pickTwo(names)
  const thing = draw.pick(things)
  const [a, times] = [amount(draw, digits), draw.integer(2, 5)]
  return question(
    [`${name} has ${a} ${thing}.`, `${other} has ${times} times as many.`, 'How many do they have together?'],
    solved(a, ['*', times], ['+', a]),
  )
}

const broken: Template = (draw, digits) => {
  const name = draw.pick(names)
  const thing = draw.pick(things)
  const container = draw.pick(containers)
  const [each, count] = [amount(draw, digits), draw.integer(2, 9)]
  const lost = draw.integer(2, Math.min(each * count - 1, 10 ** digits - 1))
  return question(
    [
      `${name} opens ${count} deliveries, each a ${container} of ${each} ${thing}.`,
      `${lost} of the ${thing} are damaged.`,
      `How many are not?`,
    ],
    solved(each, ['*', count], ['-', lost]),
  )
}

const weekly: Template = (draw, digits) => {
  const [name, other] = draw.pickTwo(names)
  const thing = draw.pick(things)
  const [start, more, perDay] = [amount(draw, digits), amount(draw, digits), draw.integer(2, 9)]
  const count = draw.integer(2, 7)
  return question(
    [
      `${name} starts with ${start} ${thing} and makes ${perDay} a day for ${count} days.`,
      `Then ${other} brings ${more} more.`,
      `How many ${thing} are there in the end?`,
    ],
    [workedStep(perDay, '*', count), ...solved(start, ['+', perDay * count], ['+', more])],
  )
}

const templates = [gain, loss, twoDays, comparison, groups, sharing, change, timesAsMany, broken, weekly] as const
