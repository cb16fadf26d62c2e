import type { Random } from '../random.ts'

/**
 * Which sequences each optimizer step trains on: `epochs` passes over all of them, each in an order of its own.
 * @param count sequences of the training step
 * @returns [optimizer steps][sequencesPerStep or fewer] indices; the first ceil(count / sequencesPerStep) are the first
 * epoch's
 */
export function planMinibatches(
  count: number,
  { epochs, sequencesPerStep }: { readonly epochs: number; readonly sequencesPerStep: number },
  random: Random,
): number[][] {
  const all = Array.from({ length: count }, (_, i) => i)
  const minibatches: number[][] = []
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = random.shuffle(all)
    for (let at = 0; at < count; at += sequencesPerStep) minibatches.push(order.slice(at, at + sequencesPerStep))
  }
  return minibatches
}
