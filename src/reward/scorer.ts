import { UserError } from '../errors.ts'
import { openUserModule } from '../user-module/open-module.ts'
import { quoted, shownValue } from '../user-module/shown-value.ts'
import type { GroupRequest } from './group-request.ts'

/** Input of a scoring module. */
export type ScoreRequest = GroupRequest

/** A user's reward: one number per response. */
export interface Scorer {
  /**
   * @returns [n] rewards; null: the question is dropped
   * @throws UserError where the module throws, takes too long, or returns anything but n finite numbers or null
   */
  score(request: ScoreRequest): Promise<Float32Array | null>
  close(): Promise<void>
}

/**
 * Opens a JavaScript module that exports score({question, responses, answers, gold, lengths, cutOff, logprobs}), in its own thread.
 * @param limitMs longest time for one group
 * @throws UserError when the file is missing, does not load, or exports no such function
 */
export async function openScorer(path: string, limitMs: number): Promise<Scorer> {
  const module = await openUserModule(path, {
    setting: 'reward.scorer',
    kind: 'scoring module',
    functions: { score: 'score({question, responses, answers})' },
    limitMs,
  })
  return {
    score: async (request) =>
      checkedScores(await module.call('score', request, `on ${quoted(request.question)}`), request, path),
    close: module.close,
  }
}

function checkedScores(value: unknown, { responses, question }: ScoreRequest, path: string): Float32Array | null {
  if (value === null) return null
  const scores = ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value
  const right = Array.isArray(scores) && scores.length === responses.length && scores.every(Number.isFinite)
  if (right) return Float32Array.from(scores)
  throw new UserError(
    `the scoring module ${path} must return ${responses.length} finite numbers, one per response, or null; ` +
      `on ${quoted(question)} it returned ${shownValue(scores)}`,
  )
}
