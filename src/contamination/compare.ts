import { rougeL, rougeTokens } from '../filter/rouge.ts'

/** How a continuation relates to the true rest of a question. */
export interface ContinuationMatch {
  readonly exact: boolean // it begins with the rest, apart from white space
  readonly rougeL: number | null // in [0, 1], of as many words as the rest has; null: the rest has no word of a-z and 0-9
}

/**
 * Compares what a model wrote with the true rest. What follows the rest does not matter: a model that knows a question goes
 * on with its answer.
 */
export function compareContinuation(continuation: string, rest: string): ContinuationMatch {
  const words = rougeTokens(rest)
  const written = rougeTokens(continuation).slice(0, words.length)
  return {
    exact: beginsWith(spacedOnce(continuation), spacedOnce(rest)),
    rougeL: words.length === 0 ? null : rougeL(written.join(' '), rest),
  }
}

const spacedOnce = (text: string): string => text.replace(/\s+/g, ' ').trim()

// with the marks that belong to them
const endsInWord = /[\p{L}\p{N}\p{M}]$/u
const beginsInWord = /^[\p{L}\p{N}\p{M}]/u

/** The rest, and not the beginning of a longer word or number. */
function beginsWith(text: string, rest: string): boolean {
  if (!text.startsWith(rest)) return false
  return !(endsInWord.test(rest) && beginsInWord.test(text.slice(rest.length)))
}
