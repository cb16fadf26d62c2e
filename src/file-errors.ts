// What the system says of files, in words.
import { access, constants, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { UserError } from './errors.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'the system does not permit it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'your share of the disk is used up',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a file is in the way',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EFBIG: 'the file would be larger than the file system allows',
  EBUSY: 'it is in use',
  ETXTBSY: 'it is in use',
  EIO: 'the disk reports an error',
  EINVAL: 'the file system does not support it',
}

/** Why a call to the file system failed: words instead of EACCES. */
export function fileReason(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  return reasons[code ?? ''] ?? message
}

/** Did a call to the file system fail? */
export const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && /^E[A-Z]/.test((error as NodeJS.ErrnoException).code ?? '')

/** A file's error that nobody has explained, in a sentence. */
export function fileErrorText(error: NodeJS.ErrnoException): string {
  const where = error.path === undefined ? '' : ` ${error.path}`
  return `cannot ${error.syscall === 'open' ? 'open' : `use (${error.syscall})`}${where}: ${fileReason(error)}`
}

const isFull = (cause: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes((cause as NodeJS.ErrnoException).code ?? '')

const cannotWriteIn = (folder: string, cause: unknown, advice: string): UserError =>
  new UserError(`cannot write in ${folder}: ${fileReason(cause)}; ${isFull(cause) ? 'free some first' : advice}`, {
    cause,
  })

/**
 * Runs what writes files in a folder.
 * @param advice what to do when that fails
 * @throws UserError instead of an error of the file system
 */
export async function writingIn<T>(folder: string, advice: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw isFileError(cause) ? cannotWriteIn(folder, cause, advice) : cause
  }
}

/**
 * Checks, without writing, that a folder can be written in, or made where it does not exist.
 * @throws UserError if not
 */
export async function requireWritable(folder: string, advice: string): Promise<void> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const failure = await triedToWriteIn(at)
    if (failure === null) return
    if (failure.code !== 'ENOENT' || at === dirname(at)) throw cannotWriteIn(folder, failure, advice)
  }
}

async function triedToWriteIn(folder: string): Promise<NodeJS.ErrnoException | null> {
  try {
    await access(folder, constants.W_OK | constants.X_OK)
    return (await stat(folder)).isDirectory() ? null : Object.assign(new Error('not a folder'), { code: 'ENOTDIR' })
  } catch (error) {
    const failure = error as NodeJS.ErrnoException
    // as root a file that is not executable is refused, too
    const isFile = await stat(folder)
      .then((found) => !found.isDirectory())
      .catch(() => false)
    return isFile ? Object.assign(failure, { code: 'ENOTDIR' }) : failure
  }
}
