import { UserError } from '../errors.ts'

/** The largest value that a number may have, and what sets it. */
export interface Limit {
  readonly most: number
  readonly why: string
}

/** Native code counts in 32 bits. */
export const int32: Limit = { most: 2 ** 31 - 1, why: 'it is a 32-bit number' }

/** Typed access to one JSON object; every method throws a UserError naming the file and the field. */
export interface JsonFields {
  readonly raw: Readonly<Record<string, unknown>>
  /** Is the field there, and not null? */
  has(name: string): boolean
  /** At least 1, at most what the limit says (default: int32). */
  integer(name: string, fallback?: number, limit?: Limit): number
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
    integer(name, fallback, { most, why } = int32) {
      const found = number(name, fallback)
      if (!Number.isInteger(found) || found < 1) throw wrong(name, 'a positive integer')
      if (found > most) {
        const given = has(name) ? `found ${found}` : `and its default is ${found}`
        throw new UserError(`${where}: "${name}" must be at most ${most} (${why}), ${given}`)
      }
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
      if (found !== null && typeof found !== 'string') throw wrong(name, 'a string')
      return found
    },
  }
}

/** A JSON value for a message: cut to 60 characters. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'number') return String(value) // JSON text may hold 1e400, which is Infinity and not null
  const text = JSON.stringify(Array.isArray(value) ? value.slice(0, 60) : value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** A name from a file for a message: unchanged if plain and short, otherwise as `describe` shows it. */
export const shownName = (name: string): string => (/^[\w./-]{1,120}$/.test(name) ? name : describe(name))

/** An error's message that may quote a file: without control characters, shortened. */
export function messageOf(error: unknown): string {
  const text = (error as Error).message.replaceAll(/\p{Cc}/gu, ' ')
  return text.length > 400 ? `${text.slice(0, 397)}...` : text
}
