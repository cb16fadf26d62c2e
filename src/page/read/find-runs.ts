import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import { hasControls } from '../../controls/controls-file.ts'
import { UserError } from '../../errors.ts'
import { configFile } from '../../run/run-folder.ts'

/** A run folder under the name that the page calls it by. */
export interface NamedRun {
  readonly name: string // no path of the machine: "demo-1", "demo-controls/vote/seed-0"
  readonly folder: string
}

const mostRuns = 200
const deepest = 3

/**
 * The runs in folders: each is a run, the folder of a run with controls, or holds such folders.
 * @param mayBegin take a folder that does not exist yet for a run that is about to begin
 * @throws UserError where a folder holds no run, or all of them too many
 */
export async function findRuns(paths: readonly string[], mayBegin = false): Promise<NamedRun[]> {
  const runs: NamedRun[] = []
  for (const path of paths) {
    const found = await stat(path).catch(() => null)
    if (found !== null && !found.isDirectory()) throw new UserError(`${path} is a file: name the folder of a run`)
    if (found === null && !mayBegin) throw new UserError(`${path} does not exist: name the folder of a run`)
    const name = basename(resolve(path))
    const inside = found === null ? [] : await runsIn(path, name, deepest)
    if (inside.length === 0 && !mayBegin) {
      throw new UserError(`${path} holds no run (no config.yaml): name the folder that serl train --out wrote`)
    }
    runs.push(...(inside.length === 0 ? [{ name, folder: path }] : inside))
  }
  if (runs.length > mostRuns)
    throw new UserError(`${runs.length} runs are too many for one page (${mostRuns}): name some`)
  return distinct(runs)
}

async function runsIn(folder: string, name: string, depth: number): Promise<NamedRun[]> {
  if (existsSync(configFile(folder)) && !hasControls(folder)) return [{ name, folder }]
  if (depth === 0) return []
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const folders = entries.filter((entry) => entry.isDirectory() && !/^(\.|node_modules$)/.test(entry.name))
  const names = folders.map((entry) => entry.name).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const found: NamedRun[] = []
  for (const inner of names) found.push(...(await runsIn(join(folder, inner), `${name}/${inner}`, depth - 1)))
  return found
}

const mostParts = 4

/** The same folder counts once; others of one name get the name of the folder that they lie in, then a number. */
function distinct(runs: readonly NamedRun[]): NamedRun[] {
  let named = [...new Map(runs.map((run) => [resolve(run.folder), run])).values()]
  for (let more = 1; more < mostParts; more++) {
    const names = timesOf(named)
    named = named.map(({ name, folder }) => ({ folder, name: names.get(name) === 1 ? name : longer(name, folder) }))
  }
  const seen = new Map<string, number>()
  return named.map(({ name, folder }) => {
    const time = (seen.get(name) ?? 0) + 1
    seen.set(name, time)
    return { name: time === 1 ? name : `${name} (${time})`, folder }
  })
}

function timesOf(runs: readonly NamedRun[]): Map<string, number> {
  const times = new Map<string, number>()
  for (const { name } of runs) times.set(name, (times.get(name) ?? 0) + 1)
  return times
}

/** With one more part of its path in front. */
function longer(name: string, folder: string): string {
  const parts = resolve(folder)
    .split(sep)
    .filter((part) => part !== '')
  return parts.slice(-(name.split('/').length + 1)).join('/')
}
