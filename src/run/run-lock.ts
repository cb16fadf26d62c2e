import { readFileSync, utimesSync } from 'node:fs'
import { link, mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { UserError } from '../errors.ts'

const beatMs = 5_000
// a holder on another machine (a shared disk, another container) is judged by the age of its lock
const goneAfterMs = 60_000

export const lockFile = (run: string): string => join(run, '.lock')

interface Holder {
  readonly pid: number
  readonly host: string
}

const heldHere = new Set<string>() // by this process

/**
 * Claims a run's folder for this process; it is made where it does not exist. A lock left by a dead process is
 * taken over.
 * @returns releases the folder, and removes it again if it was made here and is still empty
 * @throws UserError if another run is using it, naming the process; an error of the file system if it cannot be written
 */
export async function lockRun(run: string): Promise<() => Promise<void>> {
  const path = resolve(lockFile(run))
  if (heldHere.has(path)) throw inUse(run, { pid: process.pid, host: hostname() })
  heldHere.add(path)
  const made = await mkdir(run, { recursive: true }).catch((cause: unknown) => {
    heldHere.delete(path)
    throw cause
  })
  try {
    await takeLock(path, run)
  } catch (error) {
    heldHere.delete(path)
    await removeMade(run, made)
    throw error
  }
  const beat = setInterval(() => touch(path), beatMs)
  beat.unref()
  return async () => {
    clearInterval(beat)
    heldHere.delete(path)
    if (isOurs(path)) await rm(path, { force: true })
    await removeMade(run, made)
  }
}

/**
 * Changes nothing.
 * @throws UserError if another run is using the folder, naming the process
 */
export async function requireFree(run: string): Promise<void> {
  const path = resolve(lockFile(run))
  if (heldHere.has(path)) throw inUse(run, { pid: process.pid, host: hostname() })
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text !== null && !(await isStale(path, text))) throw inUse(run, JSON.parse(text) as Holder)
}

async function takeLock(path: string, run: string): Promise<void> {
  const own = `${path}-${process.pid}`
  await writeFile(own, JSON.stringify({ pid: process.pid, host: hostname() }))
  try {
    // a link appears with its content, or not at all
    for (let attempt = 0; attempt < 10; attempt++) {
      if (await tryLink(own, path)) return
      const text = await readFile(path, 'utf8').catch(() => null)
      if (text === null) continue // just released
      if (!(await isStale(path, text))) throw inUse(run, JSON.parse(text) as Holder)
      await removeStale(path, text, own)
    }
    throw new UserError(`${run} is repeatedly claimed by other processes: try again`)
  } finally {
    await rm(own, { force: true })
  }
}

async function tryLink(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function isStale(path: string, text: string): Promise<boolean> {
  let holder: Holder
  try {
    holder = JSON.parse(text) as Holder
  } catch {
    return true // cut short by a crash of the machine
  }
  if (holder.host === hostname()) return holder.pid === process.pid || !isAlive(holder.pid) // ids repeat in a new container
  const age = Date.now() - ((await stat(path).catch(() => null))?.mtimeMs ?? 0)
  return age > goneAfterMs
}

/** Moved aside first: if another process was faster, this is its lock, and is moved back. */
async function removeStale(path: string, text: string, own: string): Promise<void> {
  const aside = `${own}-stale`
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  )
  if (!moved) return
  if ((await readFile(aside, 'utf8')) !== text) await tryLink(aside, path)
  await rm(aside, { force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const inUse = (run: string, { pid, host }: Holder): UserError =>
  new UserError(`${run} is in use by process ${pid} on ${host}: stop that run first, or give another folder with --out`)

/** Whether the lock names this process: not once another process took it over, or once the folder was moved away. */
function isOurs(path: string): boolean {
  try {
    const { pid, host } = JSON.parse(readFileSync(path, 'utf8')) as Holder
    return pid === process.pid && host === hostname()
  } catch {
    return false
  }
}

/** Keeps the lock fresh; one failed write must not end the run. */
function touch(path: string): void {
  try {
    if (isOurs(path)) utimesSync(path, new Date(), new Date())
  } catch {
    // the next beat tries again
  }
}

/** The folders that were made, from the run's upwards, as far as they are empty. */
async function removeMade(run: string, first: string | undefined): Promise<void> {
  if (first === undefined) return
  for (let folder = resolve(run); folder.length >= resolve(first).length; folder = dirname(folder)) {
    const removed = await rmdir(folder).then(
      () => true,
      () => false,
    )
    if (!removed) return
  }
}
