import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const BEAT_MS = 5_000
const DEAD_AFTER_MS = 60_000

/**
 * Is the holder of a lock gone? On this machine its process is checked; elsewhere (a shared home) it counts as gone
 * when it has not touched the file for a minute.
 * @param {{ holder: { pid: number, host: string }, ageMs: number, host: string, alive: (pid: number) => boolean }} lock
 */
export function lockIsStale({ holder, ageMs, host, alive }) {
  return holder.host === host ? !alive(holder.pid) : ageMs > DEAD_AFTER_MS
}

/** @param {number} pid */
function processAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** @param {string} path @returns {{ pid: number, host: string, stale: boolean } | null} null: just released */
function readHolder(path) {
  try {
    const { pid, host } = JSON.parse(readFileSync(path, 'utf8'))
    const ageMs = Date.now() - statSync(path).mtimeMs
    return { pid, host, stale: lockIsStale({ holder: { pid, host }, ageMs, host: hostname(), alive: processAlive }) }
  } catch (error) {
    if (error.code === 'ENOENT') return null
    // being written right now, or cut short by a crash
    return { pid: 0, host: '?', stale: Date.now() - statSync(path, { throwIfNoEntry: false })?.mtimeMs > 2 * BEAT_MS }
  }
}

/**
 * Runs `work` while holding the lock file `path`; waits for another holder, and takes over from a dead one.
 * @template T
 * @param {string} path its folder is made
 * @param {(holder: string) => void} onWait called once if it has to wait
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, onWait, work) {
  mkdirSync(dirname(path), { recursive: true })
  let told = false
  while (!tryTake(path)) {
    const holder = readHolder(path)
    if (holder?.stale) rmSync(path, { force: true })
    if (holder === null || holder.stale) continue
    if (!told) onWait(`process ${holder.pid} on ${holder.host}`)
    told = true
    await sleep(500)
  }
  const beat = setInterval(() => utimesSync(path, new Date(), new Date()), BEAT_MS)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    rmSync(path, { force: true })
  }
}

/** @param {string} path */
function tryTake(path) {
  try {
    writeFileSync(path, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}
