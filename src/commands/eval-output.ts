import { mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UserError } from '../errors.ts'
import { writeWhole } from '../files.ts'

/** Where results go; `items` only those of `serl eval`. */
export interface OutputPlaces {
  readonly json: string
  readonly markdown: string
  readonly items: string // folder
}

/**
 * A folder's TITLE.json, TITLE.md and items/; or NAME.json itself, with NAME.md and NAME-items/ beside it.
 * @throws UserError if it cannot be written there
 */
export async function outputPlaces(output: string, title: 'results' | 'comparison' = 'results'): Promise<OutputPlaces> {
  const named = output.endsWith('.json') ? output.slice(0, -'.json'.length) : null
  const folder = named === null ? output : dirname(output)
  const found = await stat(folder).catch(() => null)
  if (found !== null && !found.isDirectory()) throw new UserError(`--output ${output}: ${folder} is a file`)
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(`--output ${output}: cannot make the folder (${cause.code ?? cause.message})`, { cause })
  })
  const place = (name: string, ending: string): string => (named === null ? join(output, name) : `${named}${ending}`)
  return {
    json: place(`${title}.json`, '.json'),
    markdown: place(`${title}.md`, '.md'),
    items: place('items', '-items'),
  }
}

/** One JSON object a line, in a folder that is made. */
export async function writeLines(folder: string, name: string, lines: readonly object[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeWhole(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}
