import { queryText } from '../query-text.ts'
import type { Reader } from '../read/answer-query.ts'
import type { Curves, GuardRow, RunSummary, SettingRow } from '../read/shapes.ts'

/** What a report says of its runs. */
export interface Collected {
  readonly runs: readonly RunSummary[]
  readonly curves: readonly Curves[] // of each run, every metric
  readonly guards: readonly (readonly GuardRow[])[]
  readonly settings: readonly SettingRow[]
  /** Every answer that the page may ask for, by the text of its query. */
  readonly answers: Readonly<Record<string, unknown>>
}

// a report is for mail and for pull requests
const mostBytes = 12 * 2 ** 20 // of answers in full, over all runs
const stepsPerRun = 3 // first, middle, last
const groupsPerStep = 8

/** Asks what the page would ask: all figures, and of the texts a sample. */
export async function collect(reader: Reader): Promise<Collected> {
  const answers: Record<string, unknown> = {}
  const runs = await reader.answer('runs', {})
  answers[queryText('runs', {})] = runs
  const curves: Curves[] = []
  const guards: (readonly GuardRow[])[] = []
  let left = mostBytes / runs.length
  for (const { run, keys } of runs) {
    const asked = { run: String(run) }
    curves.push(await reader.answer('curves', { ...asked, keys: keys.slice(0, 100).join(',') }))
    guards.push(await reader.answer('guards', asked))
    answers[queryText('curves', asked)] = curves.at(-1)
    answers[queryText('guards', asked)] = guards.at(-1)
    answers[queryText('trace', asked)] = await reader.answer('trace', asked)
    answers[queryText('proposals', { run, from: 0 })] = await proposals(reader, run, answers)
    left = await addGroups(reader, run, answers, left + mostBytes / runs.length) // what a run leaves, the next may have
  }
  const numbers = runs.map(({ run }) => run).slice(0, 24)
  const settings = await reader.answer('settings', { runs: numbers.join(',') })
  for (const some of [numbers, numbers.slice(0, 8), ...numbers.map((run) => [run])]) {
    const text = some.join(',')
    answers[queryText('settings', { runs: text })] ??= await reader.answer('settings', { runs: text })
  }
  return { runs, curves, guards, settings, answers }
}

async function proposals(reader: Reader, run: number, answers: Record<string, unknown>): Promise<unknown> {
  const page = await reader.answer('proposals', { run: String(run), from: '0' })
  for (const { id } of page.rows) {
    answers[queryText('proposal', { run, id })] = await reader.answer('proposal', { run: String(run), id })
  }
  return { ...page, next: null }
}

/** @returns the bytes that are left */
async function addGroups(
  reader: Reader,
  run: number,
  answers: Record<string, unknown>,
  bytes: number,
): Promise<number> {
  let left = bytes
  const all = await reader.answer('steps', { run: String(run) })
  const steps = sample(all, stepsPerRun)
  answers[queryText('steps', { run })] = steps
  for (const { step } of steps) {
    const page = await reader.answer('groups', { run: String(run), step: String(step), from: '0' })
    const rows = []
    for (const row of sample(page.rows, groupsPerStep)) {
      const { line } = row
      const group = await reader.answer('group', { run: String(run), step: String(step), line: String(line) })
      const size = JSON.stringify(group).length
      if (size > left) continue
      left -= size
      rows.push(row)
      answers[queryText('group', { run, step, line })] = group
    }
    answers[queryText('groups', { run, step, from: 0 })] = { ...page, rows, next: null }
  }
  return left
}

/** So many of a list, evenly spread, its ends among them. */
function sample<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]!)
}
