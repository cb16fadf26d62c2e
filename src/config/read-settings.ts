import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../errors.ts'
import { fileReason } from '../file-errors.ts'
import { listedSets } from './evaluation-schema.ts'
import { groups, groupText, settings, suggestKey } from './keys.ts'
import { nearest } from './nearest.ts'
import { pathKeys, textKeys } from './schema.ts'
import { parseYaml } from './yaml.ts'

/** One setting as written. */
export interface Setting {
  readonly key: string // "rollout.temperature"
  readonly value: unknown
  readonly origin: string // for messages: a file, or the flag
}

const presetFolder = fileURLToPath(new URL('../../presets/', import.meta.url))

/** Names of the presets that come with the program. */
export function presetNames(): string[] {
  return readdirSync(presetFolder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
}

/** The JSON schema of a config file, beside the presets. */
export const configSchemaFile = (): string => resolve(presetFolder, 'config.schema.json')

const presetPath = (name: string): string => resolve(presetFolder, `${name}.yaml`)

/**
 * The settings of a preset or of a YAML file.
 * @param source a preset's name, or a path (a file that is named like a preset: ./NAME)
 * @throws UserError naming the file and what is wrong in it
 */
export async function readLayers(source: string): Promise<Setting[]> {
  if (presetNames().includes(source)) return readYaml(presetPath(source))
  if (existsSync(source)) return readYaml(source)
  const guess = nearest(source, presetNames())
  throw new UserError(
    `there is no config file ${source} and no preset of that name${guess === null ? '' : `; did you mean ${guess}?`} ` +
      `(presets: ${presetNames().join(', ')})`,
  )
}

/**
 * The preset that a config source starts from: itself, or what the file names on its `preset:` line; null = none.
 * @param source as readLayers takes it
 * @throws UserError as readLayers does
 */
export async function presetOf(source: string): Promise<string | null> {
  if (presetNames().includes(source)) return source
  const { preset } = await readMapping(source)
  return preset === undefined ? null : presetNamed(preset, source)
}

async function readYaml(file: string): Promise<Setting[]> {
  const { preset, ...rest } = await readMapping(file)
  const base = preset === undefined ? [] : await readYaml(presetPath(presetNamed(preset, file)))
  return [...base, ...Object.entries(rest).flatMap(([group, fields]) => readGroup(group, fields, file))]
}

async function readMapping(file: string): Promise<Record<string, unknown>> {
  const content = parseYaml(await readText(file), (line, column) => `${file}:${line}:${column}`) ?? {}
  if (!isMapping(content)) throw new UserError(`${file}: expected groups of settings, like "rollout:"`)
  return content
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new UserError(`cannot read ${file}: ${fileReason(cause)}`, { cause })
  }
}

function presetNamed(preset: unknown, file: string): string {
  if (typeof preset === 'string' && presetNames().includes(preset)) return preset
  throw new UserError(`${file}: preset: ${JSON.stringify(preset)} is none of ${presetNames().join(', ')}`)
}

function readGroup(group: string, fields: unknown, file: string): Setting[] {
  if (!groups.includes(group)) throw new UserError(`${file}: unknown config key ${group}${suggestKey(group)}`)
  if (fields === null) return []
  if (!isMapping(fields)) {
    throw new UserError(`${file}: ${group} is a group of settings, found ${JSON.stringify(fields)}`)
  }
  return Object.entries(fields).map(([name, value]) =>
    setting(`${group}.${name}`, value, { origin: file, dir: dirname(file) }),
  )
}

/**
 * One `--set group.key=value`; the value is YAML, so that numbers, true, null and [lists] mean themselves.
 * @throws UserError
 */
export function parseOverride(text: string): Setting {
  const equals = text.indexOf('=')
  if (equals < 1) throw new UserError(`--set ${text}: expected group.key=value`)
  const key = text.slice(0, equals).trim()
  const given = text.slice(equals + 1)
  const parsed = (): unknown => parseYaml(given, () => `--set ${text}`)
  const isText = textKeys.some((textKey) => textKey === key)
  return setting(key, isText ? textOf(given, parsed) : parsed(), { origin: '--set', dir: '.' })
}

/** As YAML, where that is a text; else as it was given: "{question} =", "5". */
function textOf(given: string, parsed: () => unknown): string {
  try {
    const value = parsed()
    return typeof value === 'string' ? value : given
  } catch {
    return given
  }
}

/** A setting given by a flag of its own; undefined flags give none. */
export function flagSetting(flag: string, key: string, value: unknown): Setting[] {
  return value === undefined ? [] : [setting(key, value, { origin: flag, dir: '.' })]
}

function setting(key: string, value: unknown, from: { origin: string; dir: string }): Setting {
  if (groups.includes(key.replace(/\.$/, '')))
    throw new UserError(`${from.origin}: ${groupText(key.replace(/\.$/, ''))}`)
  if (!settings.has(key)) throw new UserError(`${from.origin}: unknown config key ${key}${suggestKey(key)}`)
  return { key, value: withPaths(key, value, from.dir), origin: from.origin }
}

/** Relative paths start from where they were written. */
function withPaths(key: string, value: unknown, dir: string): unknown {
  const resolved = (path: unknown): unknown => (typeof path === 'string' && path !== '' ? resolve(dir, path) : path)
  if (pathKeys.some((pathKey) => pathKey === key)) return resolved(value)
  const sets = key === 'eval.sets' ? listedSets(value) : null
  return Array.isArray(sets) ? sets.map((set) => (isMapping(set) ? { ...set, path: resolved(set.path) } : set)) : value
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
