import { existsSync } from 'node:fs'
import { cacheFolder } from '../cache-folder.ts'
import { UserError } from '../errors.ts'
import { readJsonl } from '../jsonl.ts'
import type { SetAdapter } from './adapter.ts'
import type { EvalSet } from './eval-set.ts'
import { genericAdapter, knownAdapter, knownSets, readAdapter, setNameOf } from './find-adapter.ts'
import { type HubSet, readHubSet } from './hub.ts'
import { withAnswersOfKind } from './read-held-out.ts'
import { type AnswerRule, readSet, type SetRows } from './read-set.ts'

export interface SetOptions {
  readonly limit: number // at most this many, from the first; 0 = all
  readonly adapters: readonly string[] // files that describe sets
  readonly answers: AnswerRule | null // of all sets; null = as their adapters say
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * Reads question sets, each named by a path, a hub id (owner/name, owner/name:config:split) or the name of a known set,
 * and checks that their known answers can be compared.
 * @throws UserError naming the set and line
 */
export async function openSets(sources: readonly string[], options: SetOptions): Promise<EvalSet[]> {
  const own = await Promise.all(options.adapters.map(readAdapter))
  const used = new Set<SetAdapter>()
  const sets: EvalSet[] = []
  for (const source of sources) {
    const { adapter, rows } = await locate(source, own, options)
    used.add(adapter)
    const set = await withAnswersOfKind(readSet(rows, adapter, options))
    const same = sets.find(({ name }) => name === set.name)
    if (same !== undefined) {
      throw new UserError(
        `${source} and ${same.source} are both called ${set.name}: rename one, or name it with --adapter FILE`,
      )
    }
    sets.push(set)
  }
  requireUsed(options.adapters, own, { used, sets })
  return sets
}

/** Ignoring an unused adapter would leave its set to be read by defaults. */
function requireUsed(
  files: readonly string[],
  own: readonly SetAdapter[],
  { used, sets }: { used: ReadonlySet<SetAdapter>; sets: readonly EvalSet[] },
): void {
  const unused = own.findIndex((adapter) => !used.has(adapter))
  if (unused < 0) return
  const { name, files: others } = own[unused]!
  throw new UserError(
    `--adapter ${files[unused]} describes the set ${[name, ...others].join(' or ')}, but no --data has that name ` +
      `(${sets.map((set) => `${set.source}: ${set.name}`).join(', ')}): give both the same name, or list the file's name in ` +
      'the adapter\'s "files"',
  )
}

async function locate(
  source: string,
  own: readonly SetAdapter[],
  { onProgress }: SetOptions,
): Promise<{ adapter: SetAdapter; rows: SetRows }> {
  const adapterOf = (name: string): SetAdapter | null =>
    own.find((adapter) => [adapter.name, ...adapter.files].includes(name)) ?? knownAdapter(name)
  if (existsSync(source)) {
    const name = setNameOf(source)
    return {
      adapter: adapterOf(name) ?? genericAdapter(name),
      rows: { source, rows: await readJsonl(source, { exactIntegers: true }) },
    }
  }
  const [dataset = '', config, split] = source.split(':')
  const adapter = adapterOf(dataset)
  const hub = hubSet(adapter, { dataset, config, split })
  if (hub === null) throw noSuchSet(source, adapter)
  const cache = cacheFolder()
  const { file, rows } = await readHubSet(hub, { env: process.env, cache, ...(onProgress && { onProgress }) })
  return { adapter: adapter ?? genericAdapter(dataset.split('/')[1]!), rows: { source: file, rows } }
}

/** Where a set lies on the hub; an explicit name overrides the adapter. */
function hubSet(adapter: SetAdapter | null, { dataset, config, split }: HubSet): HubSet | null {
  if (/^[\w.-]+\/[\w.-]+$/.test(dataset) && !/\.jsonl?$/.test(dataset)) {
    const known = adapter?.hub?.dataset === dataset ? adapter.hub : undefined
    return { dataset, config: config ?? known?.config, split: split ?? known?.split }
  }
  if (adapter?.hub === undefined) return null
  return { dataset: adapter.hub.dataset, config: config ?? adapter.hub.config, split: split ?? adapter.hub.split }
}

function noSuchSet(source: string, adapter: SetAdapter | null): UserError {
  const names = knownSets.filter(({ hub }) => hub !== undefined).map(({ name }) => name)
  const reason =
    adapter === null
      ? `there is no such file, and the name is neither a hub id (owner/name) nor a set known by name (${names.join(', ')})`
      : `the set ${adapter.name} is known, but not its place on the hub: give the path of a JSONL file`
  return new UserError(`--data ${source}: ${reason}`)
}
