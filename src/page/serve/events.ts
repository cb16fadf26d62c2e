import type { ServerResponse } from 'node:http'
import type { RunView } from '../read/run-view.ts'
import { pulseOf } from '../read/summary.ts'

/** Tells browsers when a run has gone on. Reads nothing while nobody listens. */
export interface Events {
  /** Takes a response over; false: there are too many listeners already. */
  join(response: ServerResponse): boolean
  readonly listeners: number
  close(): void
}

const mostListeners = 32
const mostWaiting = 64 * 1024 // bytes that a listener has not taken yet
const beatMs = 15_000

/** @param everyMs how often the run folders are looked at */
export function openEvents(runs: readonly RunView[], everyMs = 1000): Events {
  const listening = new Set<ServerResponse>()
  const known = new Map<number, string>()
  let looking = false
  let beatAt = Date.now()
  const send = (text: string): void => {
    for (const response of listening) {
      response.write(text)
      if (response.writableLength > mostWaiting) response.destroy() // it reads too slowly, or not at all
    }
  }
  const look = async (): Promise<void> => {
    for (const [index, run] of runs.entries()) {
      const data = JSON.stringify({ run: index, ...(await pulseOf(run)) })
      const before = known.get(index)
      known.set(index, data)
      if (before !== undefined && before !== data) send(`event: changed\ndata: ${data}\n\n`)
    }
    if (Date.now() - beatAt < beatMs) return
    beatAt = Date.now()
    send(': still here\n\n')
  }
  const timer = setInterval(() => {
    if (listening.size === 0 || looking) return
    looking = true
    look()
      .catch(() => {}) // a folder that is being removed: the next look tells
      .finally(() => {
        looking = false
      })
  }, everyMs)
  timer.unref()
  return {
    join: (response) => {
      if (listening.size >= mostListeners) return false
      listening.add(response)
      response.on('close', () => listening.delete(response))
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      })
      response.write('retry: 2000\n\n')
      return true
    },
    get listeners() {
      return listening.size
    },
    close: () => {
      clearInterval(timer)
      for (const response of listening) response.destroy()
    },
  }
}
