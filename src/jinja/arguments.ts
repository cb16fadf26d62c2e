// Arguments of filters and methods, matched to their names as Python does.
import { fail, isNumber, numeric, truthy } from './protocol.ts'
import { type Keywords, SafeText, typeName, type Value } from './value.ts'

/** Values by name; those that were not given are missing. */
export type Bound = Readonly<Record<string, Value | undefined>>

/**
 * @param names in order; those ending in "!" must be given
 * @throws TemplateError for one too many, unknown, twice or missing
 */
export function bind(of: string, names: readonly string[], args: readonly Value[], keywords: Keywords): Bound {
  const plain = names.map((name) => name.replace('!', ''))
  if (args.length > plain.length) fail(`${of}() takes at most ${plain.length} arguments, ${args.length} were given`)
  const bound: Record<string, Value> = {}
  args.forEach((value, i) => {
    bound[plain[i]!] = value
  })
  for (const [name, value] of keywords) {
    if (!plain.includes(name)) fail(`${of}() got an unexpected keyword argument '${name}'`)
    if (Object.hasOwn(bound, name)) fail(`${of}() got multiple values for argument '${name}'`)
    bound[name] = value
  }
  const missing = names.find((name, i) => name.endsWith('!') && !Object.hasOwn(bound, plain[i]!))
  if (missing !== undefined) fail(`${of}() needs the argument '${missing.slice(0, -1)}'`)
  return bound
}

/** A text; not given: the default. */
export function textOf(value: Value | undefined, fallback?: string): string {
  if (value === undefined && fallback !== undefined) return fallback
  if (typeof value === 'string') return value
  if (value instanceof SafeText) return value.text
  return fail(`expected a str, found ${value === undefined ? 'nothing' : typeName(value)}`)
}

/** An int, or a bool as one. */
export function intOf(value: Value | undefined, fallback?: number): number {
  if (value === undefined && fallback !== undefined) return fallback
  if (value === undefined || !isNumber(value) || typeof value === 'number') {
    return fail(`expected an int, found ${value === undefined ? 'nothing' : typeName(value)}`)
  }
  const number = Number(numeric(value))
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, number))
}

export const flagOf = (value: Value | undefined, fallback = false): boolean =>
  value === undefined ? fallback : truthy(value)
