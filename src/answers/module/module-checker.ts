import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UserError } from '../../errors.ts'
import { openModuleThread } from '../../user-module/module-thread.ts'
import type { AnswerChecker } from '../answer-checker.ts'
import { majorityVote } from '../majority.ts'
import { answerSource, type Call } from './worker-source.ts'

/** Longest time for starting the thread and loading the module. */
const LOAD_LIMIT_MS = 10_000

/** A module that answers none of so many calls answers no others either. */
const HOPELESS = 20

/**
 * A checker that asks a user's module, in its own thread: a call that takes longer than the limit counts as no
 * answer, or as unequal, and is counted.
 * @throws UserError when the module is missing, does not load, lacks a function, or throws.
 */
export async function openModuleChecker(path: string, timeLimitMs: number): Promise<AnswerChecker> {
  if (!existsSync(path)) throw new UserError(`the answer module ${path} does not exist`)
  const thread = openModuleThread<Call>(pathToFileURL(resolve(path)).href, answerSource)
  let timeouts = 0
  let answered = 0
  // a thread that has just been replaced loads the module again within the first call
  let limit = LOAD_LIMIT_MS
  const ask = async (call: Call, args: readonly unknown[]): Promise<unknown> => {
    const outcome = await thread.call(call, args, limit)
    limit = outcome.status === 'timeout' ? Math.max(timeLimitMs, 1000) : timeLimitMs
    if (outcome.status === 'failed') {
      throw new UserError(
        `the answer module ${path} failed ${call === 'load' ? 'while loading' : `in ${call}()`}: ${outcome.error}`,
      )
    }
    if (outcome.status === 'timeout') timeouts += 1
    else if (call !== 'load') answered += 1
    if (answered === 0 && timeouts >= HOPELESS) throw alwaysLate(path, timeLimitMs)
    return outcome.status === 'done' ? outcome.value : null
  }
  const missing = await ask('load', []).catch(async (error) => {
    await thread.close()
    throw error
  })
  if (!Array.isArray(missing) || missing.length > 0) {
    await thread.close()
    throw incomplete(path, missing)
  }
  const extract = async (text: string): Promise<string | null> => (await ask('extract', [text])) as string | null
  const equal = async (a: string, b: string): Promise<boolean> => a === b || (await ask('equal', [a, b])) === true
  const ballotOf = async (responses: readonly string[]) => {
    const before = timeouts
    const answers: (string | null)[] = []
    for (const response of responses) answers.push(await extract(response))
    const either = async (row: number, other: number): Promise<boolean> =>
      (await equal(answers[row]!, answers[other]!)) || (await equal(answers[other]!, answers[row]!))
    return { shown: answers, keys: answers, equal: either, timeouts: () => timeouts - before }
  }
  return {
    vote: async (responses) => majorityVote(await ballotOf(responses)),
    againstGold: async (responses, gold) => {
      const ballot = await ballotOf(responses)
      const vote = await majorityVote(ballot)
      const reference = await extract(gold)
      const rewards = new Float32Array(responses.length) // [n]
      for (const [row, answer] of ballot.shown.entries()) {
        if (answer !== null && reference !== null && (await equal(reference, answer))) rewards[row] = 1
      }
      return { ...vote, rewards, timeouts: ballot.timeouts() }
    },
    grade: async (gold, prediction) => {
      const [reference, answer] = [await extract(gold), await extract(prediction)]
      const same = reference !== null && answer !== null && (await equal(reference, answer))
      return { equal: same, gold: reference, prediction: answer }
    },
    timeouts: () => timeouts,
    close: thread.close,
  }
}

/** @param missing names of functions; else it did not load in time */
function incomplete(path: string, missing: unknown): UserError {
  const what = Array.isArray(missing)
    ? `does not export ${missing.map((name) => `${name}()`).join(' and ')}`
    : `did not load within ${LOAD_LIMIT_MS / 1000} s`
  return new UserError(`the answer module ${path} ${what}: it must export extract(text) and equal(a, b)`)
}

const alwaysLate = (path: string, timeLimitMs: number): UserError =>
  new UserError(
    `the answer module ${path} ran over its time limit of ${timeLimitMs} ms in each of its first ${HOPELESS} calls: mend it, or ` +
      'raise the limit (reward.timeLimitMs of a run, --time-limit-ms of serl grade)',
  )
