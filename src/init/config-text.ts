import { dirname, relative, resolve, sep } from 'node:path'
import { stringify } from 'yaml'
import { schemaLine } from '../config/json-schema.ts'
import { settings } from '../config/keys.ts'
import { configSchemaFile } from '../config/read-settings.ts'
import type { Config } from '../config/schema.ts'

/** What a new config says. */
export interface NewConfig {
  readonly preset: string | null // that the rest changes
  readonly config: Config // resolved, with what the memory plan chose
  readonly chosen: readonly string[] // dotted names of the settings that are written
  readonly offered: readonly string[] // those that are written as comments
}

/**
 * A config file: each setting under its line of documentation; those that one may want to change next as comments, with the
 * values that they have. Paths are relative to the file.
 * @param file where it will be
 */
export function newConfigText({ preset, config, chosen, offered }: NewConfig, file: string): string {
  const from = dirname(resolve(file))
  const groups = [...new Set([...chosen, ...offered].map((key) => key.split('.')[0]!))]
  const parts = groups.map((group) => {
    const lines = (keys: readonly string[], mark: string): string[] =>
      keys
        .filter((key) => key.startsWith(`${group}.`))
        .map((key) => `  # ${settings.get(key)}\n  ${mark}${key.split('.')[1]}: ${valueText(config, key, from)}\n`)
    const written = lines(chosen, '')
    const rest = lines(offered, '# ')
    return `${written.length === 0 ? `# ${group}:\n` : `${group}:\n`}${[...written, ...rest].join('')}`
  })
  return `${schemaLine(pathFrom(from, configSchemaFile()))}${preset === null ? '' : `preset: ${preset}\n`}${parts.join('')}`
}

const paths = ['model.path', 'seeds.path', 'eval.path']

function valueText(config: Config, key: string, from: string): string {
  const [group, name] = key.split('.') as [keyof Config, string]
  const value = (config[group] as Readonly<Record<string, unknown>>)[name]
  const shown = paths.includes(key) && typeof value === 'string' ? pathFrom(from, value) : value
  if (typeof shown === 'string' && shown.includes('\n')) return JSON.stringify(shown) // one line, for comments
  return stringify(shown, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd()
}

/** Relative where the two are near each other, with forward slashes. */
function pathFrom(folder: string, path: string): string {
  const near = relative(folder, resolve(path))
  const text = near.startsWith(`..${sep}..${sep}..`) ? resolve(path) : near === '' ? '.' : near
  return text.split(sep).join('/')
}
