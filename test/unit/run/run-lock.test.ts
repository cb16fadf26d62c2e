import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { lockFile, lockRun } from '../../../src/run/run-lock.ts'
import { tempFolder } from '../../support/temp-folder.ts'

let run: string
beforeEach(async () => {
  run = await tempFolder()
})

const leave = (pid: number, host: string): Promise<void> => writeFile(lockFile(run), JSON.stringify({ pid, host }))
const holder = async (): Promise<unknown> => JSON.parse(await readFile(lockFile(run), 'utf8'))
const own = { pid: process.pid, host: hostname() }

describe('the lock of a run', () => {
  it('is held by one process, and removed afterwards', async () => {
    const release = await lockRun(run)
    expect(await holder()).toEqual(own)
    await expect(lockRun(run)).rejects.toThrow(`is in use by process ${process.pid} on ${hostname()}`)
    await release()
    expect(await readdir(run)).toEqual([])
    await (await lockRun(run))()
  })

  it('refuses while a process of this machine lives, and takes over from a dead one', async () => {
    await leave(process.ppid, hostname())
    await expect(lockRun(run)).rejects.toThrow(UserError)
    expect(await holder()).toMatchObject({ pid: process.ppid })
    expect(await readdir(run)).toEqual(['.lock'])
    await leave(spawnSync(process.execPath, ['--version']).pid, hostname())
    const release = await lockRun(run)
    expect(await holder()).toEqual(own)
    await release()
    expect(await readdir(run)).toEqual([])
  })

  it('takes a process of another machine for gone after a minute of silence', async () => {
    await leave(1, 'elsewhere')
    await expect(lockRun(run)).rejects.toThrow('process 1 on elsewhere')
    const before = new Date(Date.now() - 61_000)
    await utimes(lockFile(run), before, before)
    await (await lockRun(run))()
  })

  it('takes over one that a crash cut short, or that this very process id left', async () => {
    await writeFile(lockFile(run), '{"pi')
    await (await lockRun(run))()
    await leave(process.pid, hostname())
    await (await lockRun(run))()
    expect(await readdir(run)).toEqual([])
  })

  it('removes an empty folder that it created', async () => {
    const deep = join(run, 'runs', 'demo-1')
    await (await lockRun(deep))()
    expect(existsSync(join(run, 'runs'))).toBe(false)
    const release = await lockRun(deep)
    await writeFile(join(deep, 'config.yaml'), '')
    await release()
    expect(await readdir(deep)).toEqual(['config.yaml'])
  })
})
