import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** The process that holds a run's folder, as its lock file names it. */
export interface Holder {
  readonly pid: number
  readonly host: string
  readonly since: string // ISO 8601, when it took the lock
  readonly kernel: string | null // boot id: which kernel's processes are meant; null where the system tells none
  readonly pidNamespace: string | null // of a container
  readonly started: string | null // in ticks since boot: process ids are used again
}

// a holder that cannot be looked up (another machine, another container) is judged by the age of its lock
export const goneAfterMs = 60_000

const orNull = (read: () => string): string | null => {
  try {
    return read()
  } catch {
    return null
  }
}

export const thisKernel = (): string | null =>
  orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())

const thisNamespace = (): string | null => orNull(() => readlinkSync('/proc/self/ns/pid'))

export const thisProcess = (): Holder => ({
  pid: process.pid,
  host: hostname(),
  since: new Date().toISOString(),
  kernel: thisKernel(),
  pidNamespace: thisNamespace(),
  started: processState(process.pid)?.started ?? null,
})

/** @returns null for a file that a crash of the machine cut short */
export function readHolder(text: string): Holder | null {
  try {
    const { pid, host, since, kernel = null, pidNamespace = null, started = null } = JSON.parse(text) as Holder
    return Number.isInteger(pid) && pid > 0 ? { pid, host, since, kernel, pidNamespace, started } : null
  } catch {
    return null
  }
}

export const isThisProcess = ({ pid, host, started }: Holder): boolean => {
  const own = thisProcess()
  return pid === own.pid && host === own.host && started === own.started
}

/**
 * Whether the process that a lock names has ended, as far as can be told without the kernel's lock. This process counts as
 * ended: it knows what it holds.
 */
export function hasEnded(holder: Holder, silentMs: number): boolean {
  if (isThisProcess(holder)) return true
  const own = thisProcess()
  const isNear = holder.kernel === own.kernel && holder.pidNamespace === own.pidNamespace && holder.host === own.host
  return isNear ? !isAlive(holder) : silentMs > goneAfterMs
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const found = processState(pid)
  if (found === null) return true // a system without /proc
  return found.state !== 'Z' && found.state !== 'X' && (started === null || found.started === started)
}

/** @returns null where there is no /proc, or no such process. proc(5): state is field 3, starttime field 22 */
function processState(pid: number): { readonly state: string; readonly started: string } | null {
  const line = orNull(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  if (line === null) return null
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ') // the name before it may hold anything
  return { state: fields[0]!, started: fields[19]! }
}
