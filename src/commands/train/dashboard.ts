import { type ChildProcess, spawn } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The page beside a run, in a process of its own. */
export interface RunDashboard {
  /** Where it is; null: it could not be started, and `onProblem` has been told. */
  readonly address: Promise<string | null>
  readonly pid: number
  /** Ends it. */
  close(): void
}

const serl = fileURLToPath(new URL('../../../bin/serl.js', import.meta.url))

/**
 * Starts `serl dashboard` for runs that are about to begin. It has the lowest priority, and whatever becomes of it, training
 * goes on. It ends when this process does, however that ends: its standard input ends then.
 * @param onProblem told once, if it does not start
 * @param command what node runs; default: this program
 */
export function startDashboard(
  runs: readonly string[],
  onProblem: (text: string) => void,
  command: readonly string[] = [serl],
): RunDashboard {
  const flags = ['dashboard', ...runs, '--wait', '--until-stdin-ends', '--json']
  const child = spawn(process.execPath, [...command, ...flags], { stdio: ['pipe', 'pipe', 'pipe'] })
  lowerPriority(child)
  let said = ''
  child.stderr.on('data', (data: Buffer) => {
    said = (said + data.toString('utf8')).slice(-2000)
  })
  child.stdin.on('error', () => {}) // it has ended before it was told to
  const address = new Promise<string | null>((done) => {
    createInterface({ input: child.stdout }).once('line', (line) => done(addressIn(line)))
    child.once('error', (error) => {
      said = error.message
      done(null)
    })
    child.once('exit', () => done(null))
  })
  void address.then((found) => {
    if (found === null) onProblem(`the dashboard did not start, and training goes on without it: ${said.trim()}`)
  })
  for (const each of [child, child.stdin, child.stdout, child.stderr]) (each as { unref?(): void }).unref?.()
  return { address, pid: child.pid ?? -1, close: () => child.stdin.end() }
}

function addressIn(line: string): string | null {
  try {
    return (JSON.parse(line) as { address: string }).address
  } catch {
    return null
  }
}

/** Below everything that trains; where the system does not allow it, as it is. */
function lowerPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW)
  } catch {
    // a page that is a little faster harms little
  }
}

/** What of the flags of `serl train` is about the page. */
export interface DashboardFlags {
  readonly dashboard?: boolean
  readonly dashboardStay?: boolean
  readonly quiet?: boolean
}

/**
 * Runs `work` with the page beside it, where a flag asks for one; with --dashboard-stay, then waits for Ctrl-C.
 * @param command as startDashboard's
 * @returns the exit code of `work`
 */
export async function withDashboard(
  runs: readonly string[],
  { dashboard, dashboardStay, quiet }: DashboardFlags,
  work: () => Promise<number>,
  command: readonly string[] = [serl],
): Promise<number> {
  if (!dashboard && !dashboardStay) return work()
  const say = (text: string): void => {
    if (!quiet) process.stderr.write(`${text}\n`)
  }
  const page = startDashboard(runs, (text) => process.stderr.write(`${text}\n`), command)
  void page.address.then((address) => address !== null && say(`dashboard: ${address}`))
  try {
    const code = await work()
    if (dashboardStay && code === 0) await stay(page, say)
    return code
  } finally {
    page.close()
  }
}

async function stay({ address }: RunDashboard, say: (text: string) => void): Promise<void> {
  const timer = setInterval(() => {}, 2 ** 30) // nothing else keeps the process
  try {
    if ((await address) === null) return
    say('the dashboard stays: Ctrl-C ends it')
    process.exitCode = 0 // what a signal ends it with now
    await untilInterrupted()
  } finally {
    clearInterval(timer)
  }
}

const untilInterrupted = (): Promise<void> =>
  new Promise((done) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.prependOnceListener(name, () => done())
  })
