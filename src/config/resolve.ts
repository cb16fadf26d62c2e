import type { z } from 'zod'
import { UserError } from '../errors.ts'
import { checkTogether } from './check.ts'
import { settings } from './keys.ts'
import type { Setting } from './read-settings.ts'
import { type Config, configSchema } from './schema.ts'

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

function explain(issue: z.core.$ZodIssue, layers: ReadonlyMap<string, Setting>): string {
  const key = issue.path.slice(0, 2).join('.')
  const setting = layers.get(key)
  const reason = issue.message.replace(/^Invalid (input|option): /, '').replaceAll('"|"', '", "')
  const value = setting === undefined ? '' : ` = ${JSON.stringify(setting.value)}`
  const inside = issue.path.length > 2 ? ` ${issue.path.slice(2).join('.')}:` : ''
  return `${setting?.origin ?? 'config'}: ${key}${value}:${inside} ${reason} (${settings.get(key) ?? key})`
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part)
  return Object.freeze(value)
}
