import { type GuardBounds, type GuardName, guardActions } from '../config/guard-schema.ts'
import type { Config } from '../config/schema.ts'
import type { StepMetrics } from '../log/metrics.ts'
import { share } from './accuracy-drop.ts'
import type { Best, GuardMemory } from './guard-state.ts'

/** A guard whose measure has been out of range long enough. */
export interface Trip {
  readonly guard: GuardName
  readonly step: number
  readonly value: number
  readonly side: 'below' | 'above'
  readonly limit: number
  readonly action: GuardBounds['action']
  readonly isNew: boolean // not tripped in the step before
}

/** The measure of each guard. */
export const measures: Record<GuardName, keyof StepMetrics> = {
  majorityShare: 'vote.majorityShare',
  answerClasses: 'vote.classes',
  flipRate: 'vote.flipRate',
  entropy: 'entropy.mean',
  length: 'responses.lengthRatio',
  eosRate: 'responses.eosRate',
  answerless: 'vote.answerless',
  sameAnswer: 'vote.sameAnswer',
  distinct2: 'instructions.distinct2',
  panelSplit: 'panel.split',
  panelLength: 'panel.lengthRatio',
  panelEntropy: 'panel.entropyRatio',
  panelDecline: 'panel.decline',
  panelDrift: 'panel.drift',
  accuracyDrop: 'eval.provenDrop',
  kl: 'kl.mean',
}

/** If a step did not take a measure, its guard's streak is unchanged. */
export function watch(
  line: StepMetrics,
  guards: Config['guard'],
  streaks: GuardMemory['streaks'],
): { streaks: GuardMemory['streaks']; trips: Trip[] } {
  const next = { ...streaks }
  const trips: Trip[] = []
  for (const [guard, key] of Object.entries(measures) as [GuardName, keyof StepMetrics][]) {
    const value = line[key] as number | null
    if (value === null) continue
    const bounds = guards[guard]
    const broken = brokenBound(value, bounds)
    next[guard] = broken === null ? 0 : (streaks[guard] ?? 0) + 1
    if (broken === null || next[guard] < bounds.steps) continue
    trips.push({ guard, step: line.step, value, ...broken, action: bounds.action, isNew: next[guard] === bounds.steps })
  }
  return { streaks: next, trips }
}

function brokenBound(value: number, { below, above }: GuardBounds): Pick<Trip, 'side' | 'limit'> | null {
  if (below !== null && value < below) return { side: 'below', limit: below }
  return above !== null && value > above ? { side: 'above', limit: above } : null
}

/** Where a guard's measure is in a step: in range, or on which side of it; null: not measured. */
export function guardRange(
  guard: GuardName,
  line: StepMetrics,
  guards: Config['guard'],
): 'in' | 'below' | 'above' | null {
  const value = line[measures[guard]] as number | null
  return value === null ? null : (brokenBound(value, guards[guard])?.side ?? 'in')
}

/** The most severe trip that ends the run; null if all are only logged. */
export function endingTrip(trips: readonly Trip[]): Trip | null {
  const worst = [...trips].sort((a, b) => guardActions.indexOf(b.action) - guardActions.indexOf(a.action))[0]
  return worst === undefined || worst.action === 'log' ? null : worst
}

/** "guard entropy: 0.012 is below 0.02 for 2 steps or more". */
export const tripText = ({ guard, value, side, limit }: Trip, guards: Config['guard']): string =>
  `guard ${guard}: ${Number(value.toPrecision(4))} is ${side} ${limit} for ${guards[guard].steps} steps or more`

/** Does any guard roll back? */
export const rollsBack = (guards: Config['guard']): boolean =>
  Object.values(guards).some((bounds) => bounds.action === 'rollback')

/**
 * The best model after this step: with labels, the one of highest accuracy, the earliest if equal. Without, the newest that
 * was found in range. A panel is read after the update: where all guards that can end the run watch it, the line of step s
 * speaks for the model of step s. A step's samples and KL are of the model before its update (its entropy, of the model
 * as the update changed it), so that such a line speaks for the models up to step s - 1, of which only those with a
 * checkpoint can be gone back to. A line speaks only where every guard that can end the run was in range, and measured,
 * if it ever was.
 * @param verdicts on the selecting half of the held-out questions; null: not evaluated
 * @param isKept whether there is a checkpoint of a step
 */
export function bestAfter(
  line: StepMetrics,
  verdicts: readonly boolean[] | null,
  { best, streaks }: Pick<GuardMemory, 'best' | 'streaks'>,
  { guard: guards, checkpoint }: Pick<Config, 'guard' | 'checkpoint'>,
  isKept: (step: number) => boolean,
): Best {
  const accuracy = verdicts === null ? null : share(verdicts)
  const latest = { step: line.step, accuracy, verdicts }
  if (best === null) return latest
  if (best.accuracy !== null || accuracy !== null) {
    return accuracy !== null && accuracy > (best.accuracy ?? -1) ? latest : best
  }
  const acting = (Object.keys(measures) as GuardName[]).filter((guard) => guards[guard].action !== 'log')
  const known = acting.filter((guard) => streaks[guard] !== undefined) // measured, now or before
  const healthy = known.every((guard) => streaks[guard] === 0 && line[measures[guard]] !== null)
  if (!healthy || known.length === 0) return best
  if (known.every((guard) => measures[guard].startsWith('panel.'))) return latest // which is saved as the best
  const before = line.step - 1
  // those of other steps are there by chance: a run that was never interrupted has none
  for (let step = before - (before % checkpoint.every); step > best.step; step -= checkpoint.every) {
    if (isKept(step)) return { step, accuracy, verdicts }
  }
  return best
}
