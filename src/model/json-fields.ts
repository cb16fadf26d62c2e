import { readFile } from 'node:fs/promises'
import { UserError } from '../errors.ts'

/** Typed access to one JSON object; every method throws a UserError naming the file and the field. */
export interface JsonFields {
  readonly raw: Readonly<Record<string, unknown>>
  /** Is the field there, and not null? */
  has(name: string): boolean
  integer(name: string, fallback?: number): number
  number(name: string, fallback?: number): number
  boolean(name: string, fallback: boolean): boolean
  /** The value, or null where the field is missing or null. */
  optionalNumber(name: string): number | null
  /** The value, or null where the field is missing or null. */
  text(name: string): string | null
}

/** Reads fields out of a parsed JSON object; `where` is the file, and the place in it, that messages name. */
export function jsonFields(value: unknown, where: string): JsonFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(`${where}: expected a JSON object, found ${describe(value)}`)
  }
  const raw = value as Record<string, unknown>
  const has = (name: string) => raw[name] !== undefined && raw[name] !== null
  const wrong = (name: string, wanted: string) =>
    new UserError(`${where}: "${name}" must be ${wanted}, found ${describe(raw[name])}`)
  const missing = (name: string) => new UserError(`${where}: "${name}" is missing`)

  const number = (name: string, fallback?: number): number => {
    const found = raw[name]
    if (found === undefined || found === null) {
      if (fallback === undefined) throw missing(name)
      return fallback
    }
    if (typeof found !== 'number' || !Number.isFinite(found)) throw wrong(name, 'a number')
    return found
  }
  return {
    raw,
    has,
    number,
    integer(name, fallback) {
      const found = number(name, fallback)
      if (!Number.isInteger(found) || found < 1) throw wrong(name, 'a positive integer')
      return found
    },
    boolean(name, fallback) {
      const found = raw[name] ?? fallback
      if (typeof found !== 'boolean') throw wrong(name, 'true or false')
      return found
    },
    optionalNumber: (name) => (has(name) ? number(name) : null),
    text(name) {
      const found = raw[name] ?? null
      if (found !== null && typeof found !== 'string') throw wrong(name, 'a text')
      return found
    },
  }
}

/**
 * Parses a JSON file; null where there is none.
 * @throws UserError naming the file: not readable, not JSON.
 */
export async function readJsonFile(path: string): Promise<unknown | null> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null
    throw new UserError(`cannot read ${path}: ${cause.code ?? cause.message}`, { cause })
  })
  if (text === null) return null
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new UserError(`${path} is not JSON: ${(cause as Error).message}`, { cause })
  }
}

/** A JSON value as it may stand in a message: cut to 60 characters. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
