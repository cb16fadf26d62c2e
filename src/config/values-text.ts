import { z } from 'zod'
import { boundsText } from '../native/bounds.ts'
import { configSchema } from './schema.ts'

/** The part of a JSON schema that a setting can have. */
export interface Described {
  readonly type?: string | readonly string[]
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly exclusiveMaximum?: number
  readonly minLength?: number
  readonly anyOf?: readonly Described[]
  readonly items?: Described
  readonly prefixItems?: readonly Described[]
  readonly properties?: Readonly<Record<string, Described>>
  readonly default?: unknown
  readonly description?: string
}

/** Every group of settings, with its fields. */
export const describedGroups: Readonly<Record<string, Described>> = (
  z.toJSONSchema(configSchema, { io: 'input' }) as Described
).properties!

/**
 * What a setting may be, in words: "a whole number from 1 to 256 or null".
 * @param quote how a word is shown that is written as it is
 */
export function valuesText(field: Described, quote: (word: string) => string = (word) => `"${word}"`): string {
  const text = (part: Described): string => valuesText(part, quote)
  if (field.enum !== undefined) return `one of ${field.enum.map(quote).join(', ')}`
  if (field.anyOf !== undefined) return alternatives(field.anyOf.map(text))
  if (typeof field.type === 'object') return alternatives(field.type.map((type) => text({ ...field, type })))
  if (field.prefixItems !== undefined) return `[${field.prefixItems.map(text).join(', ')}]`
  if (field.properties !== undefined) return `{${Object.keys(field.properties).join(', ')}}`
  switch (field.type) {
    case 'null':
      return 'null'
    case 'boolean':
      return 'true or false'
    case 'integer':
    case 'number':
      return numberText(field)
    case 'array':
      return 'a list of texts'
    default:
      return field.minLength === undefined ? 'a text' : 'a text that is not empty'
  }
}

const alternatives = (texts: readonly string[]): string =>
  texts.join(' or ').replace('true or false or', 'true, false or')

function numberText({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Described): string {
  const least = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? { least: minimum } : {}
  const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? { most: maximum } : {}
  return boundsText({
    ...(type === 'integer' && { whole: true }),
    ...least,
    ...(exclusiveMinimum !== undefined && { above: exclusiveMinimum }),
    ...most,
    ...(exclusiveMaximum !== undefined && { below: exclusiveMaximum }),
  })
}
