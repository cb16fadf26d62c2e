import type { Config } from '../config/schema.ts'
import { accuracyDrop } from '../guard/accuracy-drop.ts'
import { flipRate } from '../guard/flips.ts'
import type { GuardMemory } from '../guard/guard-state.ts'
import { bestAfter, type Trip, watch } from '../guard/guards.ts'
import { distinctN, eosRate, sameAnswerShare } from '../guard/signals.ts'
import type { StepMetrics } from '../log/metrics.ts'
import { sameAnswer } from '../reward/same-answer.ts'
import type { TrainState } from '../run/train-state.ts'
import type { TrainContext } from './context.ts'
import type { HeldOutResult } from './evaluate-held-out.ts'
import type { Tally } from './tally.ts'

/** The guards' measures of a step's responses; the state stores what later steps compare with. */
export async function observe(
  { checker, config }: TrainContext,
  state: TrainState,
  { answered, search }: Tally,
): Promise<Partial<StepMetrics>> {
  const distinct = { 'instructions.distinct2': distinctN(search.proposals, 2) }
  if (answered.length === 0) return distinct
  const { rate, majorities } = await flipRate(answered, state.guard.majorities, sameAnswer(checker, config.reward))
  const lengths = answered.flatMap((group) => group.responses.map((response) => response.tokens.length))
  const length = lengths.reduce((sum, n) => sum + n, 0) / lengths.length
  state.guard.majorities = majorities
  state.guard.firstLength ??= length
  return {
    ...distinct,
    'vote.classes': answered.reduce((sum, { vote }) => sum + vote.classes, 0) / answered.length,
    'vote.flipRate': rate,
    'vote.sameAnswer': sameAnswerShare(answered),
    'responses.lengthRatio': length / state.guard.firstLength,
    'responses.eosRate': eosRate(answered),
  }
}

/** A step's line with its evaluation and the guards' verdicts. */
export interface Guarded {
  readonly line: StepMetrics
  readonly trips: readonly Trip[]
  readonly guard: GuardMemory // with the line's streaks and best model
  readonly isNewSet: boolean // the held-out questions are others than those of the best model before
}

/**
 * @param line complete except for eval.* and guard.tripped
 * @param heldOut null: the step was not evaluated
 * @param before the guards' state before this line
 * @param isKept whether there is a checkpoint of a step
 */
export function guardStep(
  line: StepMetrics,
  heldOut: HeldOutResult | null,
  config: Config,
  before: GuardMemory,
  isKept: (step: number) => boolean,
): Guarded {
  const isOther = heldOut !== null && heldOut.key !== before.heldOutKey
  const known = isOther ? { ...before, best: null, looks: 0, heldOutKey: heldOut.key } : before
  const measured = heldOut === null ? line : { ...line, ...heldOut.measured, ...describeDrop(heldOut, known) }
  const { streaks, trips } = watch(measured, config.guard, before.streaks)
  const best = bestAfter(measured, heldOut?.selecting ?? null, { best: known.best, streaks }, config, isKept)
  const looks = known.looks + (heldOut === null ? 0 : 1)
  const tripped = trips.length === 0 ? null : trips.map((trip) => trip.guard).join(',')
  return {
    line: { ...measured, 'guard.tripped': tripped },
    trips,
    guard: { ...known, streaks, best, looks, drop: heldOut === null ? known.drop : measured['eval.drop'] },
    isNewSet: isOther && before.best !== null && before.best.accuracy !== null,
  }
}

function describeDrop({ selecting }: HeldOutResult, { best, looks }: GuardMemory): Partial<StepMetrics> {
  const { drop, p, proven } = accuracyDrop(best?.verdicts ?? null, selecting, looks)
  return { 'eval.drop': drop, 'eval.dropP': p, 'eval.provenDrop': proven }
}
