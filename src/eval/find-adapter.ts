import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { problemsText } from '../config/values-text.ts'
import { UserError } from '../errors.ts'
import { fileReason } from '../file-errors.ts'
import { type AdapterInput, adapterSchema, type SetAdapter } from './adapter.ts'
import { choiceSets } from './sets/choice.ts'
import { mathSets } from './sets/math.ts'

/** The sets that are known by name. */
export const knownSets: readonly SetAdapter[] = [...mathSets, ...choiceSets].map((set) => adapterSchema.parse(set))

// file names that say which part of a set it is, not which set
const parts = /(?:^|[-_.])(?:test|validation|valid|dev|train|data|raw|main|default)$/i

/** The name of a set in a file: the file's name, or its folder's where that says only "test". */
export function setNameOf(path: string): string {
  const stem = basename(path).replace(/\.jsonl?$/i, '')
  const bare = stem.replace(parts, '')
  const name = bare === '' ? basename(dirname(resolve(path))).replace(parts, '') : bare
  return (name === '' ? stem : name).replaceAll(/[^\w.-]/g, '_')
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** The adapter of a set that is known by this name, file name or hub id; null for an unknown one. */
export function knownAdapter(name: string): SetAdapter | null {
  const isNamed = ({ name: own, files, hub }: SetAdapter): boolean =>
    [own, ...files, ...(hub === undefined ? [] : [hub.dataset])].some((known) => plain(known) === plain(name))
  return knownSets.find(isNamed) ?? null
}

/** For an unknown set: fields with common names. */
export const genericAdapter = (name: string): SetAdapter => adapterSchema.parse({ name } satisfies AdapterInput)

/**
 * Reads a user's adapter, a JSON file with the fields of adapterSchema.
 * @throws UserError naming the file and each field that is wrong
 */
export async function readAdapter(path: string): Promise<SetAdapter> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(`cannot read ${path}: ${fileReason(cause)}`, {
      cause,
    })
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new UserError(`${path}: not JSON (${(cause as Error).message})`, { cause })
  }
  const parsed = adapterSchema.safeParse(value)
  if (!parsed.success)
    throw new UserError(`${path} is not a valid adapter: ${problemsText(parsed.error, adapterSchema)}`)
  const { answerEnd } = parsed.data
  if (answerEnd !== undefined) requirePattern(answerEnd, path)
  return parsed.data
}

function requirePattern(pattern: string, path: string): void {
  try {
    new RegExp(pattern)
  } catch (cause) {
    throw new UserError(`${path}: answerEnd: ${(cause as Error).message}`, { cause })
  }
}
