// Question sets of the HuggingFace hub, row by row, through its dataset viewer: always JSON, however the set is stored.
import { mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { UserError } from '../errors.ts'
import { writeWhole } from '../files.ts'
import { parseJson, stringifyJson } from '../json-integers.ts'
import { type JsonLine, readJsonl } from '../jsonl.ts'

/** A part of a hub data set. */
export interface HubSet {
  readonly dataset: string // owner/name
  readonly config?: string | undefined // default: the only one, or "default"
  readonly split?: string | undefined // default: test, else validation, else the only one
}

export interface HubOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cache: string // folder that fetched sets are kept in
  readonly onProgress?: (done: number, total: number) => void
}

const rowsPerCall = 100 // the viewer's most
const tries = 4

/**
 * Fetches a set once and keeps it: the next call reads the copy. HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE count as they do
 * for Python's datasets.
 * @returns rows with their number from 1, and the file they are kept in
 * @throws UserError saying what could not be reached or is not there, and how to do without
 */
export async function readHubSet(set: HubSet, options: HubOptions): Promise<{ file: string; rows: JsonLine[] }> {
  const named = set.config !== undefined && set.split !== undefined ? keptFile(set as Required<HubSet>, options) : null
  if (named !== null && (await exists(named)))
    return { file: named, rows: await readJsonl(named, { exactIntegers: true }) }
  if (isOn(options.env.HF_HUB_OFFLINE)) throw unreachable(set, 'HF_HUB_OFFLINE is set, and there is no cached copy')
  const part = await choosePart(set, options)
  const file = keptFile(part, options)
  if (!(await exists(file))) {
    await mkdir(dirname(file), { recursive: true })
    const rows = await fetchRows(part, options)
    await writeWhole(file, rows.map((row) => `${stringifyJson(row)}\n`).join(''))
  }
  return { file, rows: await readJsonl(file, { exactIntegers: true }) }
}

const keptFile = ({ dataset, config, split }: Required<HubSet>, { cache }: HubOptions): string =>
  join(cache, 'sets', dataset.replace('/', '__'), `${config}__${split}.jsonl`.replaceAll('/', '_'))

async function choosePart(set: HubSet, options: HubOptions): Promise<Required<HubSet>> {
  if (set.config !== undefined && set.split !== undefined) return set as Required<HubSet>
  const { splits } = await ask({ endpoint: 'splits', answer: splitsAnswer }, set, {}, options)
  const wanted = splits.filter(
    ({ config, split }) => (set.config ?? config) === config && (set.split ?? split) === split,
  )
  const configs = [...new Set(wanted.map(({ config }) => config))]
  const config = configs.length === 1 ? configs[0] : configs.find((name) => name === 'default')
  const there = wanted.filter((part) => part.config === config).map(({ split }) => split)
  const split =
    ['test', 'validation'].find((name) => there.includes(name)) ?? (there.length === 1 ? there[0] : undefined)
  if (config !== undefined && split !== undefined) return { dataset: set.dataset, config, split }
  const all = splits.map((part) => `${set.dataset}:${part.config}:${part.split}`).join(', ')
  throw new UserError(`${shown(set)}: it has several parts: give one of ${all}`)
}

async function fetchRows(set: Required<HubSet>, options: HubOptions): Promise<unknown[]> {
  const rows: unknown[] = []
  let total = Number.POSITIVE_INFINITY
  while (rows.length < total) {
    const page = await ask(
      { endpoint: 'rows', answer: rowsAnswer },
      set,
      { offset: rows.length, length: rowsPerCall },
      options,
    )
    for (const { row, row_idx, truncated_cells } of page.rows) {
      if (truncated_cells.length > 0) {
        throw unreachable(set, `row ${row_idx} is too long for the hub's viewer (${truncated_cells.join(', ')})`)
      }
      rows.push(row)
    }
    total = page.num_rows_total
    if (page.rows.length === 0 && rows.length < total) {
      throw unreachable(set, `the hub's viewer shows ${rows.length} of its ${total} rows`)
    }
    options.onProgress?.(rows.length, total)
  }
  if (rows.length === 0) throw new UserError(`${shown(set)} is empty`)
  return rows
}

const splitsAnswer = z.object({ splits: z.array(z.object({ config: z.string(), split: z.string() })) })

const rowsAnswer = z.object({
  rows: z.array(z.object({ row_idx: z.int(), row: z.unknown(), truncated_cells: z.array(z.string()) })),
  num_rows_total: z.int().min(0),
})

/** One call of the viewer's API; asks again where the hub is busy. */
async function ask<T>(
  { endpoint, answer }: { endpoint: 'splits' | 'rows'; answer: z.ZodType<T> },
  set: HubSet,
  query: Readonly<Record<string, number>>,
  { env }: HubOptions,
): Promise<T> {
  const address = `${viewerAddress(env)}/${endpoint}`
  if (!URL.canParse(address)) throw unreachable(set, `HF_ENDPOINT = ${env.HF_ENDPOINT} is not a URL`)
  const url = new URL(address)
  for (const [name, value] of Object.entries({ ...set, ...query })) {
    if (value !== undefined) url.searchParams.set(name, String(value))
  }
  const headers: Record<string, string> = env.HF_TOKEN ? { authorization: `Bearer ${env.HF_TOKEN}` } : {}
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(url, { headers }).catch((cause: Error) => {
      throw unreachable(set, `${url.origin} cannot be reached (${reasonOf(cause)})`)
    })
    if (response.ok) return parseAnswer(await wholeBody(response, set, url), answer, set, url)
    const isBusy = response.status === 429 || response.status >= 500
    if (isBusy && attempt < tries) {
      await response.body?.cancel()
      await setTimeout(250 * 2 ** attempt)
      continue
    }
    const told = await response.text().catch(() => '')
    throw unreachable(
      set,
      `${url.origin} answered ${response.status}${reasonIn(told)}${accessHint(response.status, env)}`,
    )
  }
}

const reasonOf = (cause: Error): string => (cause.cause as Error | undefined)?.message || cause.message

const wholeBody = (response: Response, set: HubSet, { origin }: URL): Promise<string> =>
  response.text().catch((cause: Error) => {
    throw unreachable(set, `${origin} broke off its answer (${reasonOf(cause)})`)
  })

/** A proxy or a sign-in page may answer instead of the viewer. */
function parseAnswer<T>(body: string, answer: z.ZodType<T>, set: HubSet, { origin }: URL): T {
  let value: unknown
  try {
    value = parseJson(body)
  } catch {
    value = undefined // a body that is not JSON is not an answer either
  }
  const parsed = answer.safeParse(value)
  if (parsed.success) return parsed.data
  throw unreachable(set, `${origin} did not answer like the hub's viewer: ${JSON.stringify(body.slice(0, 80))}`)
}

/** The address of the hub's dataset viewer, which belongs to the hub's address as Python's datasets has it. */
const viewerAddress = ({ HF_ENDPOINT }: HubOptions['env']): string =>
  (HF_ENDPOINT || 'https://huggingface.co').replace('https://', 'https://datasets-server.').replace(/\/$/, '')

function reasonIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown }
    return typeof error === 'string' ? ` (${error})` : ''
  } catch {
    return ''
  }
}

const accessHint = (status: number, env: HubOptions['env']): string =>
  (status === 401 || status === 403 || status === 404) && !env.HF_TOKEN ? '; a private or gated set needs HF_TOKEN' : ''

const shown = ({ dataset, config, split }: HubSet): string => [dataset, config, split].filter(Boolean).join(':')

const unreachable = (set: HubSet, reason: string): UserError =>
  new UserError(
    `the question set ${shown(set)}: ${reason}. Alternatively, download it as JSONL and give the file's path`,
  )

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const isOn = (value: string | undefined): boolean => ['1', 'true', 'yes', 'on'].includes((value ?? '').toLowerCase())
