// Files and folders that must survive a crash: whole or not there, and on the disk when the call returns.
import { open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { UserError } from './errors.ts'

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

/**
 * Writes a file under another name, syncs it and renames it: whoever reads `path` finds the old text or the new one.
 * @throws UserError if it cannot be written there
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const partial = `${path}.tmp-${process.pid}`
  try {
    const handle = await open(partial, 'w').catch((cause: NodeJS.ErrnoException) => {
      throw new UserError(`cannot write ${path}: ${cause.code ?? cause.message}`, { cause })
    })
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(partial, path)
    await syncPath(dirname(resolve(path)))
  } catch (cause) {
    await rm(partial, { force: true })
    throw cause
  }
}

/** Is the disk, or the user's share of it, full? Native code gives the system's text instead of a code. */
export function isNoSpace(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT' || /no space left on device|disk quota exceeded/i.test(message ?? '')
}
