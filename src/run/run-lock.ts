import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, statSync, utimesSync, writeSync } from 'node:fs'
import { link, mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import {
  goneAfterMs,
  type Holder,
  hasEnded,
  isThisProcess,
  readHolder,
  thisKernel,
  thisProcess,
} from './lock-holder.ts'

const beatMs = 5_000

export const lockFile = (run: string): string => join(run, '.lock')

/**
 * Tries to lock an open file, without waiting: true = held until the file is closed or the process has ended; false =
 * another holds it. Throws an Error with code ENOTSUP where the file system has no locks. `tryLock` of the addon.
 */
export type TryLock = (fd: number) => boolean

const heldHere = new Set<string>() // by this process

/**
 * Claims a run's folder for this process; it is made where it does not exist. What a dead process left is taken over: at
 * once with the kernel's lock, which ends with its process, zombies and other containers included. Without it, and for a
 * holder on another machine (a shared disk), the process is looked up or judged by the age of its lock.
 * @param tryLock null: without the kernel's lock
 * @returns releases the folder, and removes it again if it was made here and is still empty
 * @throws UserError if another run is using it, naming the process; an error of the file system if it cannot be written
 */
export async function lockRun(run: string, tryLock: TryLock | null = null): Promise<() => Promise<void>> {
  const path = resolve(lockFile(run))
  if (heldHere.has(path)) throw inUse(run, thisProcess())
  heldHere.add(path)
  let made: string | undefined
  let close: () => void
  try {
    made = await mkdir(run, { recursive: true })
    close = await takeLock(path, run, tryLock)
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
    close() // only now: nobody else may lock the file that is removed
    await removeMade(run, made)
  }
}

/**
 * Changes nothing.
 * @throws UserError if another run is using the folder, naming the process
 */
export async function requireFree(run: string, tryLock: TryLock | null = null): Promise<void> {
  const holder = await holderOf(run, tryLock)
  if (holder !== null) throw inUse(run, holder)
}

/** The process that works in a run's folder, as far as its lock tells; null: none. Changes nothing. */
export async function holderOf(run: string, tryLock: TryLock | null = null): Promise<Holder | null> {
  const path = resolve(lockFile(run))
  if (heldHere.has(path)) return thisProcess()
  const holder = readHolder(await readFile(path, 'utf8').catch(() => ''))
  if (holder === null) return null
  const isHeld = (tryLock === null ? null : isLocked(path, holder, tryLock)) ?? !hasEnded(holder, await silence(path))
  return isHeld ? holder : null
}

/** Whether a process is training in the folder. Changes nothing. */
export const isRunning = (run: string): Promise<boolean> =>
  requireFree(run).then(
    () => false,
    () => true,
  )

/** @returns closes the file */
async function takeLock(path: string, run: string, tryLock: TryLock | null): Promise<() => void> {
  let lock = tryLock
  for (let attempt = 0; attempt < 10; attempt++) {
    if (lock === null) {
      if (await takeLink(path, run)) return () => {}
      continue
    }
    const taken = takeKernelLock(path, run, lock)
    if (typeof taken === 'function') return taken
    if (taken === null) lock = null
  }
  throw new UserError(`${run} is repeatedly claimed by other processes: try again`)
}

/** @returns 'changed': the file was removed meanwhile; null: the file system has no such locks */
function takeKernelLock(path: string, run: string, tryLock: TryLock): (() => void) | 'changed' | null {
  const fd = openSync(path, 'a+')
  let isKept = false
  try {
    const isLocked = tryOrNull(fd, tryLock)
    if (isLocked === null) return null
    const holder = readHolder(readFileSync(fd, 'utf8'))
    // another machine's kernel may not know of this one's locks
    if (!isLocked || (holder !== null && isFarAndFresh(holder, path))) throw inUse(run, holder)
    if (fstatSync(fd).ino !== statSync(path, { throwIfNoEntry: false })?.ino) return 'changed'
    ftruncateSync(fd)
    writeSync(fd, JSON.stringify(thisProcess()))
    isKept = true
    return () => closeSync(fd)
  } finally {
    if (!isKept) closeSync(fd)
  }
}

/** @returns null: it cannot be told so */
function isLocked(path: string, holder: Holder, tryLock: TryLock): boolean | null {
  let fd: number
  try {
    fd = openSync(path, 'r+') // network file systems lock only what may be written
  } catch {
    return null
  }
  try {
    const isTaken = tryOrNull(fd, tryLock)
    return isTaken === null ? null : !isTaken || isFarAndFresh(holder, path)
  } finally {
    closeSync(fd)
  }
}

function tryOrNull(fd: number, tryLock: TryLock): boolean | null {
  try {
    return tryLock(fd)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTSUP') return null
    throw error
  }
}

const isFarAndFresh = ({ kernel }: Holder, path: string): boolean =>
  kernel !== thisKernel() && Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) <= goneAfterMs

const silence = async (path: string): Promise<number> =>
  Date.now() - ((await stat(path).catch(() => null))?.mtimeMs ?? 0)

/** A link appears with its content, or not at all. @returns false: try again */
async function takeLink(path: string, run: string): Promise<boolean> {
  const own = `${path}-${process.pid}`
  await writeFile(own, JSON.stringify(thisProcess()))
  try {
    if (await tryLink(own, path)) return true
    const text = await readFile(path, 'utf8').catch(() => null)
    if (text === null) return false // just released
    const holder = readHolder(text)
    if (holder !== null && !hasEnded(holder, await silence(path))) throw inUse(run, holder)
    await removeStale(path, text, own)
    return false
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

function inUse(run: string, holder: Holder | null): UserError {
  const who = holder === null ? 'another process' : `process ${holder.pid} on ${holder.host}`
  const since = holder?.since === undefined ? '' : ` since ${holder.since}`
  return new UserError(`${run} is in use by ${who}${since}: stop that run first, or give another folder with --out`)
}

/** Whether the lock names this process: not once another process took it over, or once the folder was moved away. */
function isOurs(path: string): boolean {
  try {
    const holder = readHolder(readFileSync(path, 'utf8'))
    return holder !== null && isThisProcess(holder)
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
