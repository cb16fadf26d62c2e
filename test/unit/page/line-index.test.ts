import { execFileSync } from 'node:child_process'
import { appendFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { openLineIndex } from '../../../src/page/read/line-index.ts'
import { tempFolder } from '../../support/temp-folder.ts'

let file = ''
beforeEach(async () => {
  file = join(await tempFolder(), 'lines.jsonl')
})

const line = (step: number, more: object = {}): string => `${JSON.stringify({ step, ...more })}\n`

it('has no lines where there is no file, and finds them once it is there', async () => {
  const index = openLineIndex(dirname(file), file)
  await index.refresh()
  expect(index.count).toBe(0)
  expect(await index.read(0, 10)).toEqual([])
  await writeFile(file, line(0) + line(1))
  await index.refresh()
  expect(await index.read(0, 10)).toEqual([{ step: 0 }, { step: 1 }])
})

it('leaves out a line that is still being written, until it ends', async () => {
  await writeFile(file, `${line(0)}{"step":`)
  const index = openLineIndex(dirname(file), file)
  await index.refresh()
  expect(index.count).toBe(1)
  await appendFile(file, '12}\n')
  await index.refresh()
  expect(index.count).toBe(2)
  expect(index.stepOf(1)).toBe(12)
  expect(await index.read(1, 2)).toEqual([{ step: 12 }])
})

it('finds the first line of a step, without reading the lines', async () => {
  await writeFile(file, [1, 1, 2, 5, 5, 5, 9].map((step) => line(step)).join(''))
  const index = openLineIndex(dirname(file), file)
  await index.refresh()
  expect([0, 1, 2, 3, 5, 6, 10].map((step) => index.firstOf(step))).toEqual([0, 0, 2, 3, 3, 6, 7])
})

it('reads lines longer than a buffer, in several scripts', async () => {
  const long = 'ähm 数 '.repeat(400_000) // 3.6 MB
  await writeFile(file, line(3, { long }) + line(4))
  const index = openLineIndex(dirname(file), file)
  await index.refresh()
  expect(index.count).toBe(2)
  expect(await index.read(0, 2)).toEqual([{ step: 3, long }, { step: 4 }])
  expect(await index.head(0, 21)).toBe(line(3, { long }).slice(0, 20))
})

it('stops reading at a number of bytes, after one line at least', async () => {
  await writeFile(file, line(1, { long: 'x'.repeat(1000) }).repeat(10))
  const index = openLineIndex(dirname(file), file)
  await index.refresh()
  expect(await index.read(0, 10, 2500)).toHaveLength(2)
  expect(await index.read(0, 10, 10)).toHaveLength(1)
})

it('begins again where another file has taken the place of the old one, or it was cut', async () => {
  await writeFile(file, line(0) + line(1) + line(2))
  const index = openLineIndex(dirname(file), file)
  await index.refresh()
  await writeFile(`${file}.new`, line(0) + line(7) + line(8) + line(9))
  await rename(`${file}.new`, file)
  expect(await index.read(0, 3)).toEqual([null, null, null]) // never the new file by the old places
  await index.refresh()
  expect(index.generation).toBe(1)
  expect(await index.read(0, 9)).toEqual([0, 7, 8, 9].map((step) => ({ step })))
  await writeFile(file, line(0))
  await index.refresh()
  expect([index.generation, index.count]).toEqual([2, 1])
  await rm(file)
  await index.refresh()
  expect([index.generation, index.count]).toEqual([3, 0])
})

it('gives null for what is not JSON, and -1 for the step of a line without one', async () => {
  await writeFile(file, `not JSON\n{"id":1,"step":2}\n{"step":-3}\n\n${line(4)}`)
  const index = openLineIndex(dirname(file), file)
  await index.refresh()
  expect([0, 1, 2, 3, 4].map((at) => index.stepOf(at))).toEqual([-1, -1, -1, -1, 4])
  expect(await index.read(0, 5)).toEqual([null, { id: 1, step: 2 }, { step: -3 }, null, { step: 4 }])
})

it('adds each line once where it is refreshed several times at once', async () => {
  await writeFile(file, line(0).repeat(5000))
  const index = openLineIndex(dirname(file), file)
  await Promise.all([1, 2, 3, 4].map(() => index.refresh()))
  expect(index.count).toBe(5000)
})

it('follows no link out of the folder, and waits for no pipe', async () => {
  const folder = join(dirname(file), 'run')
  await mkdir(folder)
  await writeFile(file, line(1))
  const link = join(folder, 'link.jsonl')
  await symlink(file, link)
  await writeFile(join(folder, 'own.jsonl'), line(2))
  const within = join(folder, 'within.jsonl')
  await symlink(join(folder, 'own.jsonl'), within)
  const pipe = join(folder, 'pipe.jsonl')
  execFileSync('mkfifo', [pipe])
  const counts = [link, within, pipe, folder].map(async (path) => {
    const index = openLineIndex(folder, path)
    await index.refresh()
    return index.count
  })
  expect(await Promise.all(counts)).toEqual([0, 1, 0, 0])
})
