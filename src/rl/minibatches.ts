import type { Random } from '../random.ts'

/**
 * Which sequences each optimizer step trains on: `epochs` passes over all of them, each in its own order.
 * @param groups sequences of each group of the training step
 * @param shuffle what is shuffled: single sequences, or groups, whose members stay neighbours
 * @returns [optimizer steps][sequencesPerStep or fewer] indices; the first ceil(count / sequencesPerStep) are the first
 * epoch's
 */
export function planMinibatches(
  groups: readonly number[],
  {
    epochs,
    sequencesPerStep,
    shuffle,
  }: { readonly epochs: number; readonly sequencesPerStep: number; readonly shuffle: 'groups' | 'sequences' },
  random: Random,
): number[][] {
  let count = 0
  const members = groups.map((size) => Array.from({ length: size }, () => count++))
  const units = shuffle === 'groups' ? members : members.flat().map((i) => [i])
  const minibatches: number[][] = []
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = random.shuffle(units).flat()
    for (let at = 0; at < count; at += sequencesPerStep) minibatches.push(order.slice(at, at + sequencesPerStep))
  }
  return minibatches
}
