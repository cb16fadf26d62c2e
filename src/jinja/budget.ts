/** A template that cannot be rendered: its own mistake, a refused feature, or a bound that it exceeds. */
export class TemplateError extends Error {}

/** What jinja2 has and this renderer does not: refused by its name, because a guess would be another prompt. */
export const refuse = (what: string): never => {
  throw new TemplateError(`${what} is not supported: rewrite the template without it`)
}

export const mostSteps = 20_000_000 // a few seconds; a long chat takes some ten thousand
export const mostCharacters = 2 ** 24 // of any one text, the prompt included

/** What a rendering may still do: a template without an end must not hang a run. */
export class Budget {
  private steps = 0

  /** @param size of what was made or read: characters or items */
  spend(size = 0): void {
    this.steps += 1 + (size >> 4)
    if (this.steps > mostSteps) {
      throw new TemplateError(`it does not end: stopped after ${mostSteps} steps; look for a loop over a large range`)
    }
  }
}

/** @throws TemplateError before a text, list or number is made that is too large */
export function requireSize(size: number | bigint, what = 'a text'): void {
  if (size <= mostCharacters) return
  throw new TemplateError(`it makes ${what} of ${size} characters or items; at most ${mostCharacters} are allowed`)
}
