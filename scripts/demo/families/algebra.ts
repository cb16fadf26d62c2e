import { type Family, problem, step } from '../problem.ts'
import { cities, jobs, letters, names, places, shapes, vehicles } from '../words.ts'

/** A linear equation in one unknown, in words. */
export const equation: Family = (draw, { change }) => {
  const name = draw.pick(names)
  const letter = draw.pick(letters)
  const factor = draw.integer(2, 5)
  const root = draw.integer(2, 8)
  const term = draw.integer(...change)
  const product = factor * root
  const plus = draw.chance(0.5) || product - term < 1
  const side = plus ? product + term : product - term
  const written = `${factor}${letter} ${plus ? '+' : '-'} ${term} = ${side}`
  const setting = draw.pick([
    `${name} writes the equation ${written} on the wall of the ${draw.pick(places)}.`,
    `Suppose that the number ${letter} satisfies ${written}, as ${name} noticed in ${draw.pick(cities)}.`,
    `Let ${letter} be a number with ${written}, as a ${draw.pick(jobs)} from ${draw.pick(cities)} claims.`,
  ])
  const ask = draw.pick([
    `How large is the number ${letter}?`,
    `Find the value of ${letter}.`,
    `What is the value of ${letter}?`,
  ])
  const moved = step(side, plus ? '-' : '+', term)
  const solved = step(moved.result, '/', factor)
  return problem('equation', [setting, ask], [moved.text, solved.text], solved.result)
}

/** The perimeter of a rectangle. */
export const geometry: Family = (draw) => {
  const name = draw.pick(names)
  const shape = draw.pick(shapes)
  const length = draw.integer(3, 15)
  const width = draw.integer(2, 9)
  const setting = draw.pick([
    `A rectangular ${shape} near the ${draw.pick(places)} is ${length} feet long and ${width} feet wide.`,
    `${name} measures a rectangular ${shape} with sides of ${length} feet and ${width} feet.`,
    `The ${draw.pick(jobs)} draws a rectangular ${shape} that measures ${length} feet by ${width} feet.`,
  ])
  const ask = draw.pick([
    `How many feet is it around the ${shape}?`,
    `Find the perimeter of the ${shape} in feet.`,
    `What is the perimeter in feet?`,
  ])
  const half = step(length, '+', width)
  const whole = step(2, '*', half.result)
  return problem('geometry', [setting, ask], [half.text, whole.text], whole.result)
}

/** The mean of three numbers, a whole one. */
export const average: Family = (draw) => {
  const name = draw.pick(names)
  const mean = draw.integer(4, 12)
  const first = mean + draw.integer(-3, 3)
  const second = mean + draw.integer(-3, Math.min(3, 2 * mean - 1 - first))
  const third = 3 * mean - first - second // at least 1
  const setting = draw.pick([
    `${name} notes the numbers ${first}, ${second} and ${third} in the ${draw.pick(places)}.`,
    `In three games, a ${draw.pick(jobs)} named ${name} scores ${first}, ${second} and ${third} points.`,
    `A ${draw.pick(vehicles)} carries ${first}, ${second} and ${third} people on three trips to ${draw.pick(cities)}.`,
  ])
  const ask = draw.pick(['How large is the mean of them?', 'Find the average.', 'What is their average?'])
  const two = step(first, '+', second)
  const three = step(two.result, '+', third)
  const end = step(three.result, '/', 3)
  return problem('average', [setting, ask], [two.text, three.text, end.text], end.result)
}

const ordinals = ['fourth', 'fifth', 'sixth', 'seventh'] as const

/** A later term of an arithmetic sequence. */
export const sequence: Family = (draw) => {
  const name = draw.pick(names)
  const start = draw.integer(2, 9)
  const by = draw.integer(2, 6)
  const place = draw.integer(4, 7)
  const ordinal = ordinals[place - 4] as string
  const shown = [start, start + by, start + 2 * by].join(', ')
  const setting = draw.pick([
    `${name} writes the sequence ${shown} on a card, always adding the same number.`,
    `A sequence starts with ${start} and grows by ${by} with every term, says a ${draw.pick(jobs)} from ${draw.pick(cities)}.`,
    `In the ${draw.pick(places)}, a list of numbers begins with ${start}, and each next number is ${by} larger.`,
  ])
  const ask = draw.pick([
    `How large is the ${ordinal} number?`,
    `Find the ${ordinal} number.`,
    `What is the ${ordinal} number?`,
  ])
  const grown = step(by, '*', place - 1)
  const end = step(start, '+', grown.result)
  return problem('sequence', [setting, ask], [grown.text, end.text], end.result)
}
