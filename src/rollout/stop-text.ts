import type { Tokenizer } from '../model/tokenizer.ts'
import type { StopStrings } from '../native/types.ts'
import type { Response } from './group.ts'

/** What the engine matches texts with; undefined: no texts. */
export function stopStrings(
  tokenizer: Tokenizer,
  texts: readonly string[],
  vocabSize: number,
): StopStrings | undefined {
  if (texts.length === 0) return undefined
  const { bytes, offsets } = tokenizer.tokenBytes(vocabSize)
  return { strings: texts, tokenBytes: bytes, tokenOffsets: offsets }
}

/**
 * A response up to the first stop text, which its tokens keep and its text does not have. The decoded text decides: it
 * is what is shown and graded, and may differ from the bytes that the engine has seen.
 */
export function cutAtStop(
  response: Response,
  texts: readonly string[],
  tokenizer: Pick<Tokenizer, 'decode'>,
): Response {
  const at = firstOf(response.text, texts)
  if (at < 0) return response
  let [kept, all] = [0, response.tokens.length] // the fewest tokens that have it: more than kept, all at most
  while (all - kept > 1) {
    const middle = (kept + all) >> 1
    if (firstOf(tokenizer.decode(response.tokens.subarray(0, middle)), texts) >= 0) all = middle
    else kept = middle
  }
  return {
    tokens: response.tokens.slice(0, all),
    logprobs: response.logprobs.slice(0, all),
    text: response.text.slice(0, at),
    finishReason: 'stop',
  }
}

/** Where the first of them begins; -1: nowhere. */
function firstOf(text: string, texts: readonly string[]): number {
  const found = texts.map((stop) => text.indexOf(stop)).filter((at) => at >= 0)
  return found.length === 0 ? -1 : Math.min(...found)
}
