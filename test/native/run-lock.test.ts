// The lock of a run's folder by flock(2): dropped with its owner, however that ends.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { kernelLock, loadAddon } from '../../src/native/binding.ts'
import { lockRun, requireFree } from '../../src/run/run-lock.ts'

const folder = (): string => mkdtempSync(join(tmpdir(), 'serl-lock-'))
const source = (name: string): string => fileURLToPath(new URL(`../../src/${name}`, import.meta.url))

const holding = (run: string): string => `
  import { kernelLock } from ${JSON.stringify(source('native/binding.ts'))}
  import { lockRun } from ${JSON.stringify(source('run/run-lock.ts'))}
  await lockRun(${JSON.stringify(run)}, kernelLock)
  console.log(process.pid)
  setInterval(() => {}, 1000)`

/** A process that holds a run's folder; its parent, a shell, never asks how it ended. */
async function holder(run: string): Promise<{ pid: number; end: () => void }> {
  const script = join(folder(), 'hold.mts')
  writeFileSync(script, holding(run))
  const node = `${process.execPath} --import tsx ${script}`
  const shell = spawn('sh', ['-c', `${node} & exec sleep 600`], { stdio: ['ignore', 'pipe', 'inherit'] })
  const pid = Number(String((await once(shell.stdout, 'data'))[0]))
  return { pid, end: () => shell.kill('SIGKILL') }
}

describe('the lock of a run, by the kernel', () => {
  it('is held while its process lives, and free once it was killed, though nobody reaped it', async () => {
    const run = folder()
    const { pid, end } = await holder(run)
    try {
      await expect(lockRun(run, kernelLock)).rejects.toThrow(`is in use by process ${pid} on `)
      await expect(requireFree(run, kernelLock)).rejects.toThrow(`is in use by process ${pid} on `)
      process.kill(pid, 'SIGKILL')
      await expect
        .poll(() =>
          requireFree(run, kernelLock).then(
            () => true,
            () => false,
          ),
        )
        .toBe(true)
      process.kill(pid, 0) // still there: a zombie
      await (await lockRun(run, kernelLock))()
    } finally {
      end()
    }
  })

  it('is of an open file, and ends with it', () => {
    const file = join(folder(), 'file')
    const [first, second] = [openSync(file, 'a+'), openSync(file, 'a+')]
    const { tryLock } = loadAddon()
    expect(tryLock(first)).toBe(true)
    expect(tryLock(first)).toBe(true)
    expect(tryLock(second)).toBe(false)
    closeSync(first)
    expect(tryLock(second)).toBe(true)
    closeSync(second)
    const none = [second, -1, 1.5, Number.NaN, Infinity, 2 ** 40, '1', undefined, {}, null, 1n]
    for (const value of none) {
      expect(() => tryLock(value as number)).toThrow(expect.objectContaining({ code: 'ARGUMENT' }))
    }
  })
})
