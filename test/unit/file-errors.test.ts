import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { fileErrorText, fileReason, isFileError, writingIn } from '../../src/file-errors.ts'

const failure = (code: string, syscall = 'open') =>
  Object.assign(new Error(`${code}: whatever`), { code, syscall, errno: -1, path: '/x' })

describe('errors of the file system', () => {
  it.each([
    'ENOENT',
    'EACCES',
    'EPERM',
    'EROFS',
    'ENOSPC',
    'EDQUOT',
    'EISDIR',
    'ENOTDIR',
    'ENAMETOOLONG',
    'ELOOP',
    'EIO',
  ])('%s is said in words', (code) => {
    expect(fileReason(failure(code))).not.toMatch(/\bE[A-Z]{3,}\b/)
    expect(fileErrorText(failure(code))).toMatch(/^cannot open \/x: [a-z]/)
  })

  it.each(['EACCES', 'EROFS', 'ELOOP'])('%s in a folder becomes advice', async (code) => {
    const work = (): Promise<never> => Promise.reject(failure(code, 'write'))
    await expect(writingIn('run', 'give another --out', work)).rejects.toThrow(
      /^cannot write in run: .*; give another --out$/,
    )
  })

  it('a full disk is not mended by another folder', async () => {
    const work = (): Promise<never> => Promise.reject(failure('ENOSPC', 'write'))
    await expect(writingIn('run', 'give another --out', work)).rejects.toThrow(
      'no space left on the disk; free some first',
    )
  })

  it('others pass as they are', async () => {
    expect(isFileError(new TypeError('x'))).toBe(false)
    expect(isFileError(await readFile('/nowhere/x').catch((error: unknown) => error))).toBe(true)
    const bug = new TypeError('a bug')
    await expect(writingIn('run', '', () => Promise.reject(bug))).rejects.toBe(bug)
  })
})
