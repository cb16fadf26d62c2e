// Macros and the bodies of call blocks, after jinja2's Macro.
import type { MacroBody } from './ast.ts'
import { evaluate } from './expression.ts'
import { undeclared } from './names.ts'
import { fail } from './protocol.ts'
import type { Run } from './run.ts'
import { Scope } from './scope.ts'
import { quoted } from './text.ts'
import { Callable, Dict, type Keywords, Tuple, Undefined, type Value } from './value.ts'

type Special = 'caller' | 'kwargs' | 'varargs'

/** @param render writes the body with the parameters set */
export function macroOf(macro: MacroBody, scope: Scope, run: Run, render: (scope: Scope) => string): Callable {
  const named = macro.parameters.map(({ name }) => name)
  const used = undeclared(macro.body, ['caller', 'kwargs', 'varargs'])
  const special = new Set([...used].filter((name) => !named.includes(name))) as Set<Special>
  const explicitCaller = macro.parameters.find(({ name }) => name === 'caller')
  if (used.has('caller') && explicitCaller?.fallback === null) {
    fail('the parameter "caller" of a macro must be left out or have a default')
  }
  const invoke = (args: readonly Value[], keywords: Keywords): string => {
    const inner = new Scope(scope, run.hidden.get(macro.body))
    bindParameters(macro, { args, keywords: new Map(keywords), special }, inner, run)
    return render(inner)
  }
  const printed = `<Macro ${macro.name === null ? 'anonymous' : quoted(macro.name)}>`
  const attributes = new Map<string, () => Value>([
    ['name', () => macro.name],
    ['arguments', () => named],
    ['caller', () => used.has('caller')],
    ['catch_kwargs', () => special.has('kwargs')],
    ['catch_varargs', () => special.has('varargs')],
  ])
  return new Callable(macro.name ?? 'caller', invoke, { attributes, printed })
}

interface Given {
  readonly args: readonly Value[]
  readonly keywords: Map<string, Value>
  readonly special: ReadonlySet<Special>
}

function bindParameters(macro: MacroBody, { args, keywords, special }: Given, scope: Scope, run: Run): void {
  const { parameters } = macro
  const given = parameters.map(({ name }, i) => {
    if (i < args.length) return args[i]!
    const value = keywords.get(name)
    keywords.delete(name)
    return value
  })
  if (special.has('caller')) {
    scope.set('caller', keywords.get('caller') ?? new Undefined('No caller defined'))
    keywords.delete('caller')
  }
  bindRest(macro, { args, keywords, special }, scope)
  // a default sees the parameters before it; those after it are undefined
  parameters.forEach(({ name }, i) => {
    scope.set(name, given[i] ?? (given[i] === null ? null : notGiven(name)))
  })
  parameters.forEach(({ name, fallback }, i) => {
    if (given[i] === undefined && fallback !== null) scope.set(name, evaluate(fallback, scope, run))
  })
}

const notGiven = (name: string): Undefined => new Undefined(`parameter '${name}' was not provided`)

function bindRest(macro: MacroBody, { args, keywords, special }: Given, scope: Scope): void {
  const shown = macro.name === null ? 'None' : quoted(macro.name)
  const most = macro.parameters.length
  if (special.has('kwargs')) scope.set('kwargs', new Dict(keywords))
  else if (keywords.size > 0) fail(`macro ${shown} takes no keyword argument '${[...keywords.keys()][0]}'`)
  if (special.has('varargs')) scope.set('varargs', new Tuple(args.slice(most)))
  else if (args.length > most) fail(`macro ${shown} takes not more than ${most} argument(s)`)
}
