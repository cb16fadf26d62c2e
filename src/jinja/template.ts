// Jinja templates as transformers renders chat templates: jinja2 3.1 in an immutable sandbox, with trim_blocks,
// lstrip_blocks, loop controls, the generation tag, and its own tojson. The text is jinja2's, or there is an error.
import { bind, textOf } from './arguments.ts'
import { TemplateError, withBudget } from './budget.ts'
import { globals } from './globals.ts'
import { parseTemplate } from './parse-statement.ts'
import { startRun } from './run.ts'
import { Scope } from './scope.ts'
import { render } from './statement.ts'
import { hiddenNames } from './symbols.ts'
import { Callable, toValue } from './value.ts'

export interface Template {
  /**
   * @param variables JSON-like; whole numbers become ints
   * @param strftime the text of strftime_now for a format
   * @throws TemplateError
   */
  render(variables: Readonly<Record<string, unknown>>, strftime: (format: string) => string): string
}

/** @throws TemplateError, with the line of what is not a template or not supported */
export function compileTemplate(text: string): Template {
  return guarded(() => {
    const body = parseTemplate(text)
    const hidden = hiddenNames(body)
    return {
      render: (variables, strftime) =>
        guarded(() => {
          const given = new Scope(null)
          for (const [name, value] of Object.entries(globals)) given.set(name, value)
          given.set('strftime_now', strftimeNow(strftime))
          for (const [name, value] of Object.entries(variables)) given.set(name, toValue(value))
          return withBudget(() => render(body, new Scope(given, hidden.get(body)), startRun(hidden)))
        }),
    }
  })
}

const strftimeNow = (strftime: (format: string) => string): Callable =>
  new Callable('strftime_now', (args, keywords) =>
    strftime(textOf(bind('strftime_now', ['format!'], args, keywords).format)),
  )

/** A template nested too deeply for the stack is its own mistake. */
function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError)
      throw new TemplateError('it is nested too deeply, or a macro calls itself without an end')
    throw error
  }
}
