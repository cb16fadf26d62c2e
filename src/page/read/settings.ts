import { readFile, stat } from 'node:fs/promises'
import { parse } from 'yaml'
import { settings as known } from '../../config/keys.ts'
import { configFile } from '../../run/run-folder.ts'
import { fileInside } from './file-inside.ts'
import type { RunView } from './run-view.ts'
import type { SettingRow } from './shapes.ts'

export type RawConfig = Readonly<Record<string, unknown>>

const mostBytes = 2 ** 20

/** config.yaml as it is; null where there is none yet, or it cannot be read. */
export async function readConfig({ folder }: Pick<RunView, 'folder'>): Promise<RawConfig | null> {
  const file = await fileInside(folder, configFile(folder))
  try {
    if (file === null || (await stat(file)).size > mostBytes) return null
    const value: unknown = parse(await readFile(file, 'utf8'))
    return typeof value === 'object' && value !== null ? (value as RawConfig) : null
  } catch {
    return null
  }
}

/** A value of a group: `settingIn(config, 'train.steps')`. */
export function settingIn(config: RawConfig | null, key: string): unknown {
  const [group = '', name = ''] = key.split('.')
  const fields = config?.[group]
  return typeof fields === 'object' && fields !== null ? (fields as RawConfig)[name] : undefined
}

/** Settings of several runs side by side, in the order of the schema. */
export async function settingsOf(runs: readonly RunView[]): Promise<SettingRow[]> {
  const flat = (await Promise.all(runs.map(readConfig))).map(flatten)
  const keys = new Set([...known.keys(), ...flat.flatMap((values) => [...values.keys()])])
  return [...keys].flatMap((key) => {
    const whole = flat.map((values) => values.get(key))
    if (whole.every((value) => value === undefined)) return []
    const texts = whole.map((value) => (value === undefined ? null : JSON.stringify(value)))
    const differs = texts.some((text) => text !== texts[0])
    return { key, what: known.get(key) ?? '', values: shownValues(whole, texts), differs }
  })
}

function flatten(config: RawConfig | null): Map<string, unknown> {
  const values = new Map<string, unknown>()
  for (const [group, fields] of Object.entries(config ?? {})) {
    if (typeof fields !== 'object' || fields === null) values.set(group, fields)
    else for (const [name, value] of Object.entries(fields)) values.set(`${group}.${name}`, value)
  }
  return values
}

/** Two places with one name must not look equal. */
function shownValues(whole: readonly unknown[], texts: readonly (string | null)[]): (string | null)[] {
  return whole.map((value, i) => {
    if (value === undefined) return null
    const shown = shownValue(value)
    const first = whole.findIndex((other) => other !== undefined && shownValue(other) === shown)
    return texts[first] === texts[i] ? shown : `${shown} (another place)`
  })
}

const shownValue = (value: unknown): string => {
  const shown = withoutPlaces(value)
  return typeof shown === 'string' ? shown : JSON.stringify(shown)
}

/** Folders of the machine are nobody's business: of an absolute path only its end is shown. */
export function withoutPlaces(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/^(?:\/|~\/|[A-Za-z]:[\\/]|\\\\).*[\\/](?=[^\\/]+[\\/]?$)/, '…/')
  if (Array.isArray(value)) return value.map(withoutPlaces)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutPlaces(inner)]))
}
