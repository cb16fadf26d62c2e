import type { NativeEngine } from '../native/types.ts'
import { scoreSequences } from '../rl/logprobs.ts'
import type { SftDocument } from './documents.ts'
import { learnedTokens } from './fine-tune.ts'

/** Negative log-likelihood per learned token, nats. */
export async function heldOutLoss(
  engine: NativeEngine,
  documents: readonly SftDocument[],
  tokensPerBatch: number | null,
): Promise<number> {
  const scored = await scoreSequences(engine, documents, { weights: 'policy', temperature: 1, tokensPerBatch })
  let sum = 0
  let count = 0
  for (const [i, document] of documents.entries()) {
    count += learnedTokens(document)
    for (const [t, logprob] of scored[i]!.entries()) sum -= logprob * (document.weights?.[t] ?? 1)
  }
  return sum / count
}
