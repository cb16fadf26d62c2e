import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { openJsonlOutput, withJsonlOutput } from '../../../../src/commands/shared/jsonl-output.ts'
import { UserError } from '../../../../src/errors.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

let folder: string
beforeEach(async () => {
  folder = await tempFolder()
})

describe('the output of a command', () => {
  it('replaces the old file only when it is closed', async () => {
    const path = join(folder, 'out.jsonl')
    await writeFile(path, 'precious')
    const output = await openJsonlOutput(path)
    await output.write([{ a: 1 }])
    await output.write([])
    await output.write([{ a: 2 }, { a: 3 }])
    expect(output.count()).toBe(3)
    expect(await readFile(path, 'utf8')).toBe('precious')
    await output.close()
    expect(await readFile(path, 'utf8')).toBe('{"a":1}\n{"a":2}\n{"a":3}\n')
    expect(await readdir(folder)).toEqual(['out.jsonl'])
  })

  it('is unchanged when the work fails, and the new lines are next to it', async () => {
    const path = join(folder, 'out.jsonl')
    await writeFile(path, 'precious')
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const fail = (lines: object[]) =>
      withJsonlOutput(path, {}, async (output) => {
        await output.write(lines)
        throw new Error('out of luck')
      })
    await expect(fail([])).rejects.toThrow('out of luck')
    expect(await readdir(folder)).toEqual(['out.jsonl'])
    expect(said).not.toHaveBeenCalled()
    await expect(fail([{ a: 1 }])).rejects.toThrow('out of luck')
    const text = String(said.mock.calls[0]![0])
    said.mockRestore()
    expect(await readFile(path, 'utf8')).toBe('precious')
    expect(text).toContain('the 1 line written before the failure is in ')
    expect(await readFile(text.trimEnd().split(' ').at(-1)!, 'utf8')).toBe('{"a":1}\n')
  })

  it('follows a link to its file', async () => {
    const [path, link] = [join(folder, 'out.jsonl'), join(folder, 'link.jsonl')]
    await writeFile(path, 'old')
    await symlink(path, link)
    await withJsonlOutput(link, {}, (output) => output.write([{ a: 1 }]))
    expect(await readFile(path, 'utf8')).toBe('{"a":1}\n')
    expect((await readdir(folder)).sort()).toEqual(['link.jsonl', 'out.jsonl'])
  })

  it('may be a device, which stays one', async () => {
    await withJsonlOutput('/dev/null', {}, (output) => output.write([{ a: 1 }]))
    expect(await readFile('/dev/null', 'utf8')).toBe('')
  })

  it('explains a full disk and what to do', async () => {
    const full = withJsonlOutput('/dev/full', {}, (output) => output.write([{ a: 1 }]))
    await expect(full).rejects.toThrow('cannot write /dev/full: no space left on the disk')
    await expect(full).rejects.toBeInstanceOf(UserError)
  })

  it('makes the folder that it is in, as serl eval --output does', async () => {
    const path = join(folder, 'deep', 'er', 'out.jsonl')
    await withJsonlOutput(path, {}, (output) => output.write([{ a: 1 }]))
    expect(await readFile(path, 'utf8')).toBe('{"a":1}\n')
  })

  it('refuses a folder, a file for a folder, an input, and stdout twice', async () => {
    await mkdir(join(folder, 'sub'))
    await writeFile(join(folder, 'in.jsonl'), 'x')
    const input = join(folder, 'in.jsonl')
    await expect(openJsonlOutput(join(folder, 'sub'))).rejects.toThrow(/sub: it is a folder/)
    await expect(openJsonlOutput(join(input, 'x'))).rejects.toThrow(/cannot write .*x: a file is in the way/)
    const same = openJsonlOutput(join(folder, 'sub', '..', 'in.jsonl'), { inputs: [input] })
    await expect(same).rejects.toThrow(/is also an input/)
    await expect(openJsonlOutput(undefined, { json: true })).rejects.toThrow(/--json needs --output/)
  })
})
