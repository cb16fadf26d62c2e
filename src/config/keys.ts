import { nearest } from './nearest.ts'
import { configSchema } from './schema.ts'

/** Every setting's dotted name with its line of documentation, in the schema's order. */
export const settings: ReadonlyMap<string, string> = new Map(
  Object.entries(configSchema.shape).flatMap(([group, schema]) =>
    Object.entries(schema.unwrap().shape).map(
      ([key, field]) => [`${group}.${key}`, (field as { description?: string }).description ?? ''] as const,
    ),
  ),
)

export const groups: readonly string[] = Object.keys(configSchema.shape)

/** "; did you mean kl.coef?", or the names there are. */
export function suggestKey(key: string): string {
  const [group = '', name = ''] = key.split('.', 2)
  const inGroup = groups.includes(group) && name !== ''
  const candidates = inGroup
    ? [...settings.keys()].filter((known) => known.startsWith(`${group}.`))
    : [...settings.keys()]
  const guess = nearest(key, [...settings.keys(), ...groups])
  if (guess !== null) return `; did you mean ${guess}?`
  return inGroup ? `; ${group} has ${candidates.join(', ')}` : `; the groups are ${groups.join(', ')}`
}
