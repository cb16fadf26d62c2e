import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import { type Holder, thisProcess } from '../../../src/run/lock-holder.ts'
import { lockFile, lockRun, requireFree, type TryLock } from '../../../src/run/run-lock.ts'
import { tempFolder } from '../../support/temp-folder.ts'

let run: string
beforeEach(async () => {
  run = await tempFolder()
})

const leave = (pid: number, over: Partial<Holder> = {}): Promise<void> =>
  writeFile(lockFile(run), JSON.stringify({ ...thisProcess(), pid, started: null, ...over }))
const holder = async (): Promise<unknown> => JSON.parse(await readFile(lockFile(run), 'utf8'))
const own = { pid: process.pid, host: hostname() }
const secondsAgo = (seconds: number): Date => new Date(Date.now() - 1000 * seconds)
const elsewhere = { host: 'elsewhere', kernel: 'another' }

describe('the lock of a run', () => {
  it('is held by one process, and removed afterwards', async () => {
    const release = await lockRun(run)
    expect(await holder()).toMatchObject(own)
    await expect(lockRun(run)).rejects.toThrow(`is in use by process ${process.pid} on ${hostname()}`)
    await expect(requireFree(run)).rejects.toThrow(UserError)
    await release()
    expect(await readdir(run)).toEqual([])
    await requireFree(run)
    await (await lockRun(run))()
  })

  it('refuses while a process of this machine lives, and takes over from a dead one', async () => {
    await leave(process.ppid)
    await expect(lockRun(run)).rejects.toThrow(/in use by process \d+ on .* since 20..-..-..T/)
    expect(await holder()).toMatchObject({ pid: process.ppid })
    expect(await readdir(run)).toEqual(['.lock'])
    await leave(spawnSync(process.execPath, ['--version']).pid)
    const release = await lockRun(run)
    expect(await holder()).toMatchObject(own)
    await release()
    expect(await readdir(run)).toEqual([])
  })

  it.skipIf(!existsSync('/proc/self/stat'))(
    'takes over from a zombie, and from a process id that is used again',
    async () => {
      // the shell becomes sleep, which never asks how its child ended
      const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
      try {
        const pid = Number(String((await once(parent.stdout, 'data'))[0]))
        const state = async (): Promise<string> => /\) (.)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8'))![1]!
        await expect.poll(state).toBe('Z')
        await leave(pid)
        await (await lockRun(run))()
      } finally {
        parent.kill()
      }
      await leave(process.ppid, { started: '1' })
      await (await lockRun(run))()
    },
  )

  it.each([
    ['another machine', elsewhere],
    ['another machine of the same name', { kernel: 'another' }],
    ['another container', { pidNamespace: 'pid:[1]' }],
  ])('takes a process of %s for gone after a minute of silence', async (_name, over) => {
    await leave(1, over)
    await expect(lockRun(run)).rejects.toThrow('in use by process 1 on ')
    await expect(requireFree(run)).rejects.toThrow('in use by process 1 on ')
    await utimes(lockFile(run), secondsAgo(61), secondsAgo(61))
    await requireFree(run)
    await (await lockRun(run))()
  })

  it('takes over one that a crash cut short, or that names no process', async () => {
    for (const text of ['{"pi', '', '{"pid":-1}', 'null', '[]']) {
      await writeFile(lockFile(run), text)
      await requireFree(run)
      await (await lockRun(run))()
    }
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

describe('with the lock of the kernel', () => {
  const free: TryLock = () => true
  const taken: TryLock = () => false
  const missing: TryLock = () => {
    throw Object.assign(new Error('no locks'), { code: 'ENOTSUP' })
  }

  it('takes over from whatever process of this machine the file names', async () => {
    for (const over of [{}, { pidNamespace: 'pid:[1]' }, { host: 'an-old-container' }]) {
      await leave(process.ppid, over)
      await requireFree(run, free)
      const release = await lockRun(run, free)
      expect(await holder()).toMatchObject(own)
      await release()
      expect(await readdir(run)).toEqual([])
    }
  })

  it('refuses where another holds it, whatever the file says', async () => {
    await writeFile(lockFile(run), '')
    await expect(lockRun(run, taken)).rejects.toThrow('is in use by another process: stop that run first')
    await leave(4_000_000)
    await expect(lockRun(run, taken)).rejects.toThrow('is in use by process 4000000')
    await expect(requireFree(run, taken)).rejects.toThrow('is in use by process 4000000')
    expect(await holder()).toMatchObject({ pid: 4_000_000 })
  })

  it('does not believe it of another machine, whose kernel keeps its own', async () => {
    await leave(1, elsewhere)
    await expect(lockRun(run, free)).rejects.toThrow('process 1 on elsewhere')
    await expect(requireFree(run, free)).rejects.toThrow('process 1 on elsewhere')
    await utimes(lockFile(run), secondsAgo(61), secondsAgo(61))
    await requireFree(run, free)
    await (await lockRun(run, free))()
  })

  it('does without on a file system that has none', async () => {
    const release = await lockRun(run, missing)
    expect(await holder()).toMatchObject(own)
    await release()
    await leave(process.ppid)
    await expect(lockRun(run, missing)).rejects.toThrow(`in use by process ${process.ppid}`)
    await expect(requireFree(run, missing)).rejects.toThrow(`in use by process ${process.ppid}`)
  })

  it('starts again where the file was removed between opening and locking', async () => {
    let attempts = 0
    const release = await lockRun(run, () => {
      if (++attempts === 1) rmSync(lockFile(run))
      return true
    })
    expect(attempts).toBe(2)
    expect(await holder()).toMatchObject(own)
    await release()
  })
})
