import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { UserError } from '../../errors.ts'
import { WORKER_SOURCE } from './worker-source.ts'

/** Input of a scoring module. */
export interface ScoreRequest {
  readonly question: string
  readonly responses: readonly string[] // [n] whole texts, those cut off included
  readonly answers: readonly (string | null)[] // [n] as found; null: none, or the response was cut off
  readonly gold: string | null // the known answer of a seed question
}

/** A user's reward: one number per response. */
export interface Scorer {
  /**
   * @returns [n] rewards
   * @throws UserError where the module throws, takes too long, or returns anything but n finite numbers
   */
  score(request: ScoreRequest): Promise<Float32Array>
  close(): Promise<void>
}

// longest time for starting the thread and loading the module
const loadLimitMs = 10_000

/**
 * Opens a JavaScript module that exports score({question, responses, answers, gold}), in its own thread.
 * @param limitMs longest time for one group
 * @throws UserError when the file is missing, does not load, or exports no such function
 */
export async function openScorer(path: string, limitMs: number): Promise<Scorer> {
  if (!existsSync(path)) throw new UserError(`reward.scorer: there is no file ${path}`)
  const thread = openThread(pathToFileURL(resolve(path)).href)
  const ask = async (request: ScoreRequest | null, limit: number): Promise<unknown> => {
    try {
      return await thread.ask(request, limit)
    } catch (error) {
      await thread.close()
      const where = request === null ? 'while loading' : `on ${JSON.stringify(shortened(request.question))}`
      throw new UserError(`the scoring module ${path} failed ${where}: ${(error as Error).message}`)
    }
  }
  await ask(null, loadLimitMs)
  return {
    score: async (request) => checkedScores(await ask(request, limitMs), request, path),
    close: thread.close,
  }
}

function checkedScores(value: unknown, { responses, question }: ScoreRequest, path: string): Float32Array {
  const scores = ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value
  const right = Array.isArray(scores) && scores.length === responses.length && scores.every(Number.isFinite)
  if (right) return Float32Array.from(scores)
  throw new UserError(
    `the scoring module ${path} must return ${responses.length} finite numbers, one per response; ` +
      `on ${JSON.stringify(shortened(question))} it returned ${shortened(valueText(scores))}`,
  )
}

/** JSON has no NaN and no Infinity, and would call them null. */
const valueText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
}

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}...` : text)

interface Reply {
  readonly value?: unknown
  readonly error?: string
}

/** A thread that answers one request after the other. */
function openThread(url: string) {
  const worker = new Worker(WORKER_SOURCE, { eval: true, workerData: { url }, execArgv: [], stdout: true })
  let pending: ((reply: Reply) => void) | null = null
  let last: Promise<unknown> = Promise.resolve()
  worker.stdout.pipe(process.stderr, { end: false }) // what the module prints must not mix with the program's output
  worker.unref()
  worker.on('message', (reply: Reply) => pending?.(reply))
  worker.on('error', ({ message }) => pending?.({ error: message }))
  worker.on('exit', () => pending?.({ error: 'its worker thread ended' }))

  const run = (request: ScoreRequest | null, limitMs: number): Promise<unknown> =>
    new Promise((fulfil, reject) => {
      const settle = ({ value, error }: Reply): void => {
        clearTimeout(timer)
        pending = null
        if (error === undefined) fulfil(value)
        else reject(new Error(error))
      }
      const timer = setTimeout(() => settle({ error: `it took longer than ${limitMs} ms` }), limitMs)
      pending = settle
      worker.postMessage(request)
    })
  return {
    ask: (request: ScoreRequest | null, limitMs: number): Promise<unknown> => {
      const result = last.then(() => run(request, limitMs))
      last = result.catch(() => {})
      return result
    },
    close: async (): Promise<void> => {
      await worker.terminate()
    },
  }
}
