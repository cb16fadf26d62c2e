/** A template that cannot be rendered: its own mistake, a refused feature, or a bound that it exceeds. */
export class TemplateError extends Error {}

/** raise_exception: the template itself does not take these messages. */
export class RaisedByTemplate extends TemplateError {}

/** What jinja2 has and this renderer does not: refused by its name, because a guess would be another prompt. */
export const refuse = (what: string): never => {
  throw new TemplateError(`${what} is not supported: rewrite the template without it`)
}

export const mostSteps = 5_000_000 // some seconds; a chat of 2000 turns takes less than one million
export const mostCharacters = 2 ** 24 // of any one text, the prompt included

// Of the rendering that goes on: it is synchronous, so there is one at a time in a thread. Every part that takes time
// spends, down to the comparison of two values; handed through all of them, it would be an argument of every function.
let stepsLeft = Number.POSITIVE_INFINITY

/**
 * Work with its own bound: a template without an end must not hang a run.
 * @throws TemplateError where the work takes more than mostSteps
 */
export function withBudget<T>(work: () => T): T {
  const outer = stepsLeft
  stepsLeft = mostSteps
  try {
    return work()
  } finally {
    stepsLeft = outer
  }
}

/** Takes one step, and one per 16 characters or items that are made or read. */
export function spend(size = 0): void {
  stepsLeft -= 1 + (size >> 4)
  if (stepsLeft >= 0) return
  throw new TemplateError(`it does not end: stopped after ${mostSteps} steps; look for a loop over a large range`)
}

/** @throws TemplateError before a text, list or number is made that is too large */
export function requireSize(size: number | bigint, what = 'a text'): void {
  if (size <= mostCharacters) return
  throw new TemplateError(`it makes ${what} of ${size} characters or items; at most ${mostCharacters} are allowed`)
}
