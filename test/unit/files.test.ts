import { lstat, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { onItsWay, requireNoInput, writeWhole } from '../../src/files.ts'
import { tempFolder } from '../support/temp-folder.ts'

describe('a file written atomically', () => {
  it('follows a link to its file, and leaves nothing next to it', async () => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'real'), 'old')
    await symlink(join(folder, 'real'), join(folder, 'link'))
    await writeWhole(join(folder, 'link'), 'new')
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('new')
    expect(await readlink(join(folder, 'link'))).toBe(join(folder, 'real'))
    expect((await readdir(folder)).sort()).toEqual(['link', 'real'])
  })

  it('is written directly if it is a device, which stays one', async () => {
    expect(await onItsWay('/dev/null')).toEqual({ target: '/dev/null', written: '/dev/null', isStream: true })
    await writeWhole('/dev/null', 'gone')
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true)
  })

  it('is not a folder', async () => {
    const folder = await tempFolder()
    await expect(writeWhole(folder, 'x')).rejects.toThrow(`cannot write ${folder}: it is a folder`)
  })
})

it('an output is not one of the inputs, except for a device', async () => {
  const file = join(await tempFolder(), 'a')
  await expect(requireNoInput(file, [file])).resolves.toBeUndefined() // neither is there
  await writeFile(file, 'x')
  await expect(requireNoInput(file, ['/nowhere', file])).rejects.toThrow(`the output ${file} is also an input`)
  await expect(requireNoInput('/dev/null', ['/dev/null'])).resolves.toBeUndefined()
})
