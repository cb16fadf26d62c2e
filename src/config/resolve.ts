import type { z } from 'zod'
import { UserError } from '../errors.ts'
import { checkTogether } from './check.ts'
import { settings } from './keys.ts'
import { otherValue } from './other-names.ts'
import type { Setting } from './read-settings.ts'
import { type Config, configSchema } from './schema.ts'
import { describedGroups, problemText } from './values-text.ts'

/**
 * Merges settings into a checked, complete and frozen config; later ones win.
 * @throws UserError naming the key, where it was set, its value and the allowed values
 */
export function resolveConfig(layers: readonly Setting[]): Config {
  const last = new Map(layers.map((setting) => [setting.key, setting]))
  const tree: Record<string, Record<string, unknown>> = {}
  for (const { key, value } of last.values()) {
    const [group, name] = key.split('.') as [string, string]
    tree[group] = { ...tree[group], [name]: value }
  }
  const parsed = configSchema.safeParse(tree, { reportInput: true })
  if (!parsed.success) throw new UserError(parsed.error.issues.map((issue) => explain(issue, last)).join('\n'))
  checkTogether(parsed.data)
  return deepFreeze(parsed.data)
}

/** Says where the key was set, its value, what is allowed instead, and what the setting is for. */
function explain(issue: z.core.$ZodIssue, layers: ReadonlyMap<string, Setting>): string {
  const key = issue.path.slice(0, 2).join('.')
  const setting = layers.get(key)
  const value = setting === undefined ? '' : ` = ${shownValue(setting.value)}`
  const inside = issue.path.length > 2 ? ` ${issue.path.slice(2).join('.')}:` : ''
  return `${setting?.origin ?? 'config'}: ${key}${value}:${inside} ${problemText(issue, { properties: describedGroups })}${otherValue(key, setting?.value)} (${settings.get(key) ?? key})`
}

/** As JSON, which has no word for a number that is infinite or none. */
const shownValue = (value: unknown): string =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : (JSON.stringify(value) ?? String(value))

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part)
  return Object.freeze(value)
}
