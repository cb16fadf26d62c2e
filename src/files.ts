// Files and folders that must survive a crash: complete or absent, and on the disk when the call returns.

import { mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { UserError } from './errors.ts'
import { fileReason } from './file-errors.ts'

/** Waits until a file's bytes, or a folder's entries, are on the disk. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A folder's files, then the folder; subfolders are the caller's. */
export async function syncFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await syncPath(join(folder, name))
  await syncPath(folder)
}

/** A file being written: it has a temporary name until it is complete. */
export interface FileOnItsWay {
  readonly target: string // links followed
  readonly written: string
  readonly isStream: boolean // a device or a pipe: written as it comes, a rename would take its place
}

/**
 * The place to write a file that will be at `path`, in a folder that is made where it does not exist.
 * @throws UserError if that is a folder, or there can be no file
 */
export async function onItsWay(path: string): Promise<FileOnItsWay> {
  const place = await placeOf(path)
  await mkdir(dirname(resolve(place.target)), { recursive: true }).catch((cause: unknown) => {
    throw new UserError(`cannot write ${path}: ${fileReason(cause)}`, { cause })
  })
  return place
}

/**
 * The place to write a file; nothing is made.
 * @throws UserError if that is a folder
 */
export async function placeOf(path: string): Promise<FileOnItsWay> {
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory()) throw new UserError(`cannot write ${path}: it is a folder`)
  if (found !== null && !found.isFile()) return { target: path, written: path, isStream: true }
  const target = found === null ? path : await realpath(path)
  return { target, written: `${target}.tmp-${process.pid}`, isStream: false }
}

/**
 * Writes a file under a temporary name, syncs it and renames it: readers of `path` see the old text or the new one.
 * @throws UserError if it cannot be written there
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const { target, written, isStream } = await onItsWay(path)
  try {
    const handle = await open(written, 'w').catch((cause: NodeJS.ErrnoException) => {
      throw new UserError(`cannot write ${path}: ${fileReason(cause)}`, { cause })
    })
    try {
      await handle.writeFile(text)
      if (!isStream) await handle.sync()
    } finally {
      await handle.close()
    }
    if (isStream) return
    await rename(written, target)
    await syncPath(dirname(resolve(target)))
  } catch (cause) {
    if (!isStream) await rm(written, { force: true })
    throw cause
  }
}

/**
 * Refuses an output that is also an input, under any name: the input would be lost.
 * @throws UserError naming it
 */
export async function requireNoInput(output: string, inputs: readonly string[]): Promise<void> {
  const found = await stat(output).catch(() => null)
  if (!found?.isFile()) return // a terminal may be both
  for (const input of inputs) {
    const source = await stat(input).catch(() => null)
    if (source === null || source.ino !== found.ino || source.dev !== found.dev) continue
    throw new UserError(`the output ${output} is also an input: give another name`)
  }
}

/** Is the disk, or the user's share of it, full? Native code gives the system's text instead of a code. */
export function isNoSpace(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT' || /no space left on device|disk quota exceeded/i.test(message ?? '')
}
