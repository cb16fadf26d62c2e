import { Worker } from 'node:worker_threads'

/** What a call into the thread came to. */
export type Outcome =
  | { readonly status: 'done'; readonly value: unknown }
  | { readonly status: 'failed'; readonly error: string }
  | { readonly status: 'timeout' }

/** A thread with a user's module in it, replaced whenever a call in it runs over its time. */
export interface ModuleThread<Call extends string> {
  call(name: Call, args: readonly unknown[], limitMs: number): Promise<Outcome>
  close(): Promise<void>
}

interface Pending {
  readonly id: number
  readonly settle: (outcome: Outcome) => void
  readonly timer: NodeJS.Timeout
}

interface Listeners {
  readonly message: (message: Message) => void
  readonly end: (reason: string) => void
}

interface Message {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

/**
 * What runs in the thread. Text, so that it starts the same from source and from a build. Messages in: { id, call, args };
 * out: { id, value } or { id, error }.
 */
const workerSource = (answer: string): string => `
const { parentPort, workerData } = require('node:worker_threads')
let loaded
${answer}
parentPort.on('message', ({ id, call, args }) => {
  loaded ??= import(workerData.url)
  loaded.then((own) => answer(own, call, args)).then(
    (value) => parentPort.postMessage({ id, value }),
  ).catch(
    (error) => parentPort.postMessage({ id, error: String(error && error.message ? error.message : error) }),
  )
})
`

function startWorker(url: string, source: string, listeners: Listeners): Worker {
  const worker = new Worker(source, { eval: true, workerData: { url }, execArgv: [], stdout: true })
  // what the module prints must not mix with the program's own output
  worker.stdout.pipe(process.stderr, { end: false })
  worker.on('message', listeners.message)
  worker.on('error', (error) => listeners.end(error.message))
  worker.on('exit', () => listeners.end('its worker thread ended'))
  worker.unref()
  return worker
}

/**
 * Opens a thread for the module at a file URL; the module is loaded at the first call. Calls run one at a time.
 * @param answer source of `async function answer(own, call, args)`: what a call to the module `own` comes to
 */
export function openModuleThread<Call extends string>(url: string, answer: string): ModuleThread<Call> {
  const source = workerSource(answer)
  let worker: Worker | null = null
  let pending: Pending | null = null
  let last: Promise<unknown> = Promise.resolve()
  let count = 0

  const settle = (outcome: Outcome): void => {
    const settled = pending
    pending = null
    clearTimeout(settled?.timer)
    settled?.settle(outcome)
  }
  const listeners: Listeners = {
    message: ({ id, value, error }) => {
      if (id === pending?.id) settle(error === undefined ? { status: 'done', value } : { status: 'failed', error })
    },
    end: (error) => {
      worker = null
      settle({ status: 'failed', error })
    },
  }
  const abandon = (own: Worker): void => {
    worker = null
    own.removeAllListeners()
    own.on('error', () => {})
    void own.terminate()
    settle({ status: 'timeout' })
  }
  const run = (name: Call, args: readonly unknown[], limitMs: number): Promise<Outcome> =>
    new Promise((resolve) => {
      worker ??= startWorker(url, source, listeners)
      const own = worker
      count += 1
      pending = { id: count, settle: resolve, timer: setTimeout(() => abandon(own), limitMs) }
      own.postMessage({ id: count, call: name, args })
    })
  return {
    call: (name, args, limitMs) => {
      const result = last.then(() => run(name, args, limitMs))
      last = result
      return result
    },
    close: async () => {
      const own = worker
      worker = null
      own?.removeAllListeners()
      await own?.terminate()
    },
  }
}
