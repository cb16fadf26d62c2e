import { createRandom } from '../random.ts'
import type { SftDocument } from './documents.ts'

/**
 * One pass over the documents in random order. Batches are fair draws: sorting by length would put short answers and
 * long ones into different updates. byTokenBudget limits the padding inside a batch.
 * @returns the same batches for the same seed and epoch
 */
export function epochBatches(
  documents: readonly SftDocument[],
  batchSize: number,
  key: { readonly seed: number; readonly epoch: number },
): SftDocument[][] {
  const order = createRandom([key.seed, 'sft', key.epoch]).shuffle(documents)
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, i) =>
    order.slice(i * batchSize, (i + 1) * batchSize),
  )
}
