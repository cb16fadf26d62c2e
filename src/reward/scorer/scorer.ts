import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UserError } from '../../errors.ts'
import { openModuleThread } from '../../user-module/module-thread.ts'
import { answerSource, type Call } from './worker-source.ts'

/** Input of a scoring module. */
export interface ScoreRequest {
  readonly question: string
  readonly responses: readonly string[] // [n] whole texts, those cut off included
  readonly answers: readonly (string | null)[] // [n] as found; null: none, or the response was cut off
  readonly gold: string | null // the known answer of a seed question
  readonly lengths: readonly number[] // [n] new tokens
  readonly cutOff: readonly boolean[] // [n] by the token limit
  readonly logprobs: readonly Float32Array[] // [n] of [length] of the tokens, at sampling, nats
}

/** A user's reward: one number per response. */
export interface Scorer {
  /**
   * @returns [n] rewards; null: the question is dropped
   * @throws UserError where the module throws, takes too long, or returns anything but n finite numbers or null
   */
  score(request: ScoreRequest): Promise<Float32Array | null>
  close(): Promise<void>
}

// longest time for starting the thread and loading the module
const loadLimitMs = 10_000

/**
 * Opens a JavaScript module that exports score({question, responses, answers, gold, lengths, cutOff, logprobs}), in its own thread.
 * @param limitMs longest time for one group
 * @throws UserError when the file is missing, does not load, or exports no such function
 */
export async function openScorer(path: string, limitMs: number): Promise<Scorer> {
  if (!existsSync(path)) throw new UserError(`reward.scorer: there is no file ${path}`)
  const thread = openModuleThread<Call>(pathToFileURL(resolve(path)).href, answerSource)
  const ask = async (call: Call, requests: readonly ScoreRequest[], limit: number): Promise<unknown> => {
    const outcome = await thread.call(call, requests, limit)
    if (outcome.status === 'done') return outcome.value
    await thread.close()
    const where = requests[0] === undefined ? 'while loading' : `on ${JSON.stringify(shortened(requests[0].question))}`
    const why = outcome.status === 'timeout' ? `it took longer than ${limit} ms` : outcome.error
    throw new UserError(`the scoring module ${path} failed ${where}: ${why}`)
  }
  await ask('load', [], loadLimitMs)
  return {
    score: async (request) => checkedScores(await ask('score', [request], limitMs), request, path),
    close: thread.close,
  }
}

function checkedScores(value: unknown, { responses, question }: ScoreRequest, path: string): Float32Array | null {
  if (value === null) return null
  const scores = ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value
  const right = Array.isArray(scores) && scores.length === responses.length && scores.every(Number.isFinite)
  if (right) return Float32Array.from(scores)
  throw new UserError(
    `the scoring module ${path} must return ${responses.length} finite numbers, one per response, or null; ` +
      `on ${JSON.stringify(shortened(question))} it returned ${shortened(valueText(scores))}`,
  )
}

/** JSON has no NaN and no Infinity, and would call them null. */
const valueText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
}

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}...` : text)
