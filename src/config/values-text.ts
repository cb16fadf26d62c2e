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
  readonly minItems?: number
  readonly const?: unknown
  readonly additionalProperties?: Described | boolean
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
  if (field.const !== undefined) return JSON.stringify(field.const)
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
      return `a list${itemsText(field)}${field.minItems === undefined ? '' : ' that is not empty'}`
    default:
      return field.minLength === undefined ? 'a text' : 'a text that is not empty'
  }
}

function itemsText({ items }: Described): string {
  if (items?.properties !== undefined) return ` of ${valuesText(items)}`
  return items?.type === 'string' ? ' of texts' : ''
}

/** What is wrong with a value, by what its schema allows instead: the validator's own words are not for users. */
export function problemText(issue: z.core.$ZodIssue, root: Described): string {
  const field = fieldAt(root, issue.path)
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys.map((name) => JSON.stringify(name)).join(', ')
    return `there is no ${unknown} in it; it has ${Object.keys(field.properties ?? {}).join(', ')}`
  }
  // texts of a certain form: the schema says which
  return issue.code === 'invalid_format' || issue.code === 'custom' ? issue.message : `expected ${valuesText(field)}`
}

/** Every problem of a value with its place: `sets.0.name: expected a text`. */
export function problemsText(error: z.ZodError, schema: z.ZodType): string {
  const root = z.toJSONSchema(schema, { io: 'input' }) as Described
  return error.issues
    .map((issue) => `${issue.path.length === 0 ? '' : `${issue.path.join('.')}: `}${problemText(issue, root)}`)
    .join('; ')
}

/** What the schema says of a part of a value. */
function fieldAt(root: Described, path: readonly PropertyKey[]): Described {
  let field = root
  for (const part of path) {
    const others = typeof field.additionalProperties === 'object' ? field.additionalProperties : undefined
    const inside =
      typeof part === 'number'
        ? (field.prefixItems?.[part] ?? field.items)
        : (field.properties?.[String(part)] ?? others)
    if (inside === undefined) return field
    field = inside
  }
  return field
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
