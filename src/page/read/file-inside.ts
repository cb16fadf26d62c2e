import { constants } from 'node:fs'
import { type FileHandle, open, realpath, stat } from 'node:fs/promises'
import { sep } from 'node:path'

/**
 * The true path of a file of a run. The page shows run folders and nothing else of the machine: what a link leads out of the
 * folder to does not count, nor does what is no file (opening a pipe would wait for ever).
 * @returns null: there is no such file
 */
export async function fileInside(folder: string, path: string): Promise<string | null> {
  try {
    const [root, real] = await Promise.all([realpath(folder), realpath(path)])
    return real.startsWith(root.endsWith(sep) ? root : root + sep) && (await stat(real)).isFile() ? real : null
  } catch {
    return null
  }
}

/** Opens a file of a run for reading, as fileInside finds it. */
export async function openInside(folder: string, path: string): Promise<FileHandle | null> {
  const real = await fileInside(folder, path)
  if (real === null) return null
  // it may have been replaced since: still no link is followed, and no pipe waited for
  return open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null)
}
