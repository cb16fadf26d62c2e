import { type Family, problem, step } from '../problem.ts'
import { cities, jobs, names, objects, places, vehicles, weekdays } from '../words.ts'

/** Several things at a price: with something else bought, or paid from a budget. */
export const cost: Family = (draw, { change }) => {
  const [name, other] = draw.pickTwo(names)
  const [things, extra] = draw.pickTwo(objects)
  const count = draw.integer(2, 5)
  const price = draw.integer(2, 6)
  const goods = step(count, '*', price)
  const purchase = draw.pick([
    `${name} buys ${count} ${things} for ${price} dollars each`,
    `In the ${draw.pick(places)}, ${name} picks ${count} ${things} that cost ${price} dollars each`,
    `A ${draw.pick(jobs)} named ${name} orders ${count} ${things} at ${price} dollars apiece`,
  ])
  if (draw.chance(0.5)) {
    const more = draw.integer(...change)
    const addition = draw.pick([
      `and spends ${more} dollars on ${extra}.`,
      `and also pays ${more} dollars to ${other}.`,
      `and a bag for ${more} dollars.`,
    ])
    const ask = draw.pick([
      'How many dollars is that in total?',
      `Find the total cost in dollars.`,
      `What does ${name} pay altogether?`,
    ])
    const total = step(goods.result, '+', more)
    return problem('cost', [`${purchase} ${addition}`, ask], [goods.text, total.text], total.result)
  }
  const left = draw.integer(...change)
  const budget = goods.result + left
  const payment = draw.pick([
    `and pays with ${budget} dollars.`,
    `and hands over ${budget} dollars.`,
    `from a purse with ${budget} dollars.`,
  ])
  const ask = draw.pick([
    `How many dollars does ${name} get back?`,
    'Find the change in dollars.',
    'What amount of money is left?',
  ])
  const given = step(budget, '-', goods.result)
  return problem('cost', [`${purchase} ${payment}`, ask], [goods.text, given.text], given.result)
}

/** A distance from a speed and a time, then lengthened or shortened. */
export const rate: Family = (draw, { change }) => {
  const name = draw.pick(names)
  const vehicle = draw.pick(vehicles)
  const [from, to] = draw.pickTwo(cities)
  const speed = draw.integer(3, 9)
  const hours = draw.integer(2, 5)
  const way = step(speed, '*', hours)
  const more = draw.chance(0.5)
  const rest = draw.integer(change[0], Math.min(change[1], way.result - 1))
  const travel = draw.pick([
    `A ${vehicle} leaves ${from} and moves at ${speed} miles per hour for ${hours} hours.`,
    `On ${draw.pick(weekdays)}, ${name} drives a ${vehicle} for ${hours} hours at ${speed} miles per hour.`,
    `${name} walks toward ${to} for ${hours} hours, covering ${speed} miles every hour.`,
  ])
  const then = more
    ? draw.pick([`After a break come another ${rest} miles.`, `Then it goes on for ${rest} more miles.`])
    : draw.pick([`Then it turns and comes back ${rest} miles.`, `Of this way, ${rest} miles were a detour.`])
  const ask = draw.pick(
    more
      ? [
          'How many miles is that altogether?',
          'Find the whole distance in miles.',
          'What is the length of the trip in miles?',
        ]
      : [
          'How many miles are left of it?',
          'Find the remaining distance in miles.',
          'What is the distance without them in miles?',
        ],
  )
  const end = step(way.result, more ? '+' : '-', rest)
  return problem('rate', [travel, then, ask], [way.text, end.text], end.result)
}

/** A price reduced or raised by a tenth, a fifth or a half. */
export const percent: Family = (draw) => {
  const name = draw.pick(names)
  const thing = draw.pick(objects)
  const share = draw.pick([10, 20, 50])
  const price = 10 * draw.integer(1, 9)
  const part = (share * price) / 100
  const off = draw.chance(0.5)
  const offer = draw.pick([
    `A set of ${thing} in the ${draw.pick(places)} costs ${price} dollars.`,
    `${name} wants to buy some ${thing} priced at ${price} dollars.`,
    `On ${draw.pick(weekdays)}, a ${draw.pick(jobs)} sells old ${thing} for ${price} dollars.`,
  ])
  const then = off
    ? draw.pick([`A discount of ${share} percent is given.`, `The price falls by ${share} percent.`])
    : draw.pick([`A tax of ${share} percent is added.`, `The price rises by ${share} percent.`])
  const ask = draw.pick([
    'How many dollars must be paid?',
    'Find the new price in dollars.',
    'What is the final price in dollars?',
  ])
  const end = step(price, off ? '-' : '+', part)
  return problem('percent', [offer, then, ask], [`${share} percent of ${price} = ${part}`, end.text], end.result)
}
