import { nearest } from './nearest.ts'
import { otherKey } from './other-names.ts'
import { configSchema } from './schema.ts'

// The keys that there are. A key that is none of them is refused as it is read, in read-settings.ts.

/** Every setting's dotted name with its line of documentation, in the schema's order. */
export const settings: ReadonlyMap<string, string> = new Map(
  Object.entries(configSchema.shape).flatMap(([group, schema]) =>
    Object.entries(schema.unwrap().shape).map(
      ([key, field]) => [`${group}.${key}`, (field as { description?: string }).description ?? ''] as const,
    ),
  ),
)

export const groups: readonly string[] = Object.keys(configSchema.shape)

const namesIn = (group: string): string[] => [...settings.keys()].filter((known) => known.startsWith(`${group}.`))

/** For messages to a user who gave a group a value. */
export const groupText = (group: string): string =>
  `${group} is a group of settings: give ${group}.NAME=value; it has ${namesIn(group).join(', ')}`

/** "; did you mean kl.coef?", or the names there are. */
export function suggestKey(key: string): string {
  const [group = '', name = '', part] = key.split('.')
  const whole = `${group}.${name}`
  if (part !== undefined && settings.has(whole)) return `; give ${whole} as a whole: '${whole}={${part}: VALUE}'`
  const inGroup = groups.includes(group) && name !== ''
  const guess = nearest(key, [...settings.keys(), ...groups])
  const other = guess === null ? otherKey(key) : null
  if (other !== null) return other
  if (guess !== null) return `; did you mean ${guess}?`
  return inGroup ? `; ${group} has ${namesIn(group).join(', ')}` : `; the groups are ${groups.join(', ')}`
}
