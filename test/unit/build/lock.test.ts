import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockIsStale, withLock } from '../../../scripts/native/lock.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serl-lock-test-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

it('admits one process at a time, and notifies the one that waits', async () => {
  const path = join(folder, 'deep', 'a.lock')
  const events: string[] = []
  const first = withLock(
    path,
    () => events.push('first waits'),
    async () => {
      events.push('first in')
      await new Promise((resolve) => setTimeout(resolve, 50))
      events.push('first out')
    },
  )
  const second = withLock(
    path,
    (holder: string) => events.push(`second waits for ${holder}`),
    async () => {
      events.push('second in')
    },
  )
  await Promise.all([first, second])
  const holder = `process ${process.pid} on ${hostname()}`
  expect(events).toEqual(['first in', `second waits for ${holder}`, 'first out', 'second in'])
  expect(existsSync(path)).toBe(false)
})

it('takes over from a process that has ended', async () => {
  const path = join(folder, 'a.lock')
  // above the largest process id that Linux gives out
  writeFileSync(path, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }))
  const pid = await withLock(
    path,
    () => {},
    async () => JSON.parse(readFileSync(path, 'utf8')).pid,
  )
  expect(pid).toBe(process.pid)
})

it('releases when the work fails', async () => {
  const path = join(folder, 'a.lock')
  const failing = withLock(
    path,
    () => {},
    async () => {
      throw new Error('work failed')
    },
  )
  await expect(failing).rejects.toThrow('work failed')
  expect(existsSync(path)).toBe(false)
})

it('takes a silent holder on another machine for gone', () => {
  const lock = { holder: { pid: 1, host: 'far' }, host: 'here', alive: () => false }
  expect(lockIsStale({ ...lock, ageMs: 10_000 })).toBe(false)
  expect(lockIsStale({ ...lock, ageMs: 120_000 })).toBe(true)
  expect(lockIsStale({ ...lock, host: 'far', ageMs: 0 })).toBe(true)
})
