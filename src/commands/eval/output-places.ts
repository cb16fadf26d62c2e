import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UserError } from '../../errors.ts'
import { resultsMarkdown } from '../../eval/markdown.ts'
import { type Results, readResults } from '../../eval/results.ts'
import { fileReason } from '../../file-errors.ts'
import { syncPath, writeWhole } from '../../files.ts'

/** Where results go; `items` only those of `serl eval`. */
export interface OutputPlaces {
  readonly json: string
  readonly markdown: string
  readonly items: string // folder
}

/**
 * A folder's TITLE.json, TITLE.md and items/; or NAME.json itself, with NAME.md and NAME-items/ next to it.
 * @throws UserError if it cannot be written there
 */
export async function outputPlaces(
  output: string,
  title: 'results' | 'comparison' | 'lineage' = 'results',
): Promise<OutputPlaces> {
  const named = output.endsWith('.json') ? output.slice(0, -'.json'.length) : null
  const folder = named === null ? output : dirname(output)
  const found = await stat(folder).catch(() => null)
  if (found !== null && !found.isDirectory()) throw new UserError(`--output ${output}: ${folder} is a file`)
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(`--output ${output}: cannot make the folder (${fileReason(cause)})`, { cause })
  })
  const place = (name: string, ending: string): string => (named === null ? join(output, name) : `${named}${ending}`)
  return {
    json: place(`${title}.json`, '.json'),
    markdown: place(`${title}.md`, '.md'),
    items: place('items', '-items'),
  }
}

const linesFile = ({ items }: OutputPlaces, set: string): string => join(items, `${set}.jsonl`)
const unpublished = (places: OutputPlaces, set: string): string => `${linesFile(places, set)}.new`

/** A set's lines, one JSON object each, under a temporary name until the results are complete. */
export async function keepLines(places: OutputPlaces, set: string, lines: readonly object[]): Promise<void> {
  await mkdir(places.items, { recursive: true })
  await writeWhole(unpublished(places, set), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}

/** Removes the lines of an evaluation that was not finished. */
export async function dropLines(places: OutputPlaces, sets: readonly string[]): Promise<void> {
  for (const set of sets) await rm(unpublished(places, set), { force: true })
}

/** Publishes results and lines, and removes the lines of sets that only older results had. */
export async function publish(places: OutputPlaces, results: Results): Promise<void> {
  const names = results.sets.map(({ name }) => name)
  const older = await readResults(places.json).catch(() => null) // none, or no results
  await rm(places.json, { force: true }) // lines must not lie next to results of another evaluation
  for (const { name } of older?.sets ?? []) {
    if (!names.includes(name)) await rm(linesFile(places, name), { force: true })
  }
  for (const name of names) await rename(unpublished(places, name), linesFile(places, name))
  await syncPath(places.items)
  await writeWhole(places.json, `${JSON.stringify(results, null, 1)}\n`)
  await writeWhole(places.markdown, resultsMarkdown(results))
}
