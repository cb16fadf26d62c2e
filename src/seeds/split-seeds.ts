import { UserError } from '../errors.ts'
import { counted } from '../log/counted.ts'
import { createRandom } from '../random.ts'
import type { Seed } from './read-seeds.ts'

export interface SplitSeeds {
  readonly training: readonly Seed[] // in their order
  readonly heldOut: readonly (Seed & { readonly answer: string })[]
}

/**
 * Takes seed questions with known answers out of training, for evaluation.
 * @param count how many; more hold out these and others
 * @param runSeed the draw's; the same seed draws the same questions
 * @param path of the seeds, for the message
 * @throws UserError if there are not as many with answers, or none would be left to train on
 */
export function holdOutSeeds(seeds: readonly Seed[], count: number, runSeed: number, path: string): SplitSeeds {
  const answered = seeds.filter((seed): seed is Seed & { answer: string } => seed.answer !== undefined)
  if (count > answered.length) {
    throw new UserError(
      `eval.holdOut = ${count}: ${path} has ${counted(answered.length, 'question')} with an "answer"; hold out fewer, or give ` +
        'other questions with eval.path',
    )
  }
  const heldOut = createRandom([runSeed, 'hold-out']).sample(answered, count)
  const out = new Set(heldOut.map(({ text }) => text)) // a second copy must not stay in training
  const training = seeds.filter(({ text }) => !out.has(text))
  if (training.length === 0) {
    throw new UserError(
      `eval.holdOut = ${count}: of the ${counted(seeds.length, 'question')} in ${path} none would be left`,
    )
  }
  return { training, heldOut }
}
