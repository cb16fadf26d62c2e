import type { Interval } from '../eval/statistics/intervals.ts'
import { pairedT } from '../eval/statistics/paired.ts'
import type { HeldOutAccuracy } from '../run/outcome-file.ts'
import type { FinishedRun } from './finished-run.ts'
import type { ControlsPlan } from './plan.ts'

/** Accuracies of an arm, as shares. */
export interface ArmAccuracy {
  readonly arm: string
  readonly reward: string // reward.kind
  readonly changes: readonly string[] // other settings that differ from the own arm's
  readonly before: number // mean over run seeds
  readonly after: number // mean over run seeds
  readonly runs: readonly { readonly seed: number; readonly before: number; readonly after: number }[]
}

/** The own arm minus a control, after training, paired by run seed. */
export interface ControlDifference {
  readonly control: string
  readonly runs: readonly { readonly seed: number; readonly difference: number }[]
  readonly mean: number
  readonly interval: Interval | null // 95 %, Student's t over run seeds; null with one seed
  /** Of the own arm; cannot tell also where one seed, or differences that are all equal, show no spread. */
  readonly verdict: 'above' | 'below' | 'cannot tell'
}

export interface Compared {
  /** reporting: the half of the held-out questions that chose no model, because in some run the other half did. */
  readonly questions: 'all' | 'reporting'
  readonly arms: readonly ArmAccuracy[] // the own one first
  readonly differences: readonly ControlDifference[]
}

// of accuracies: below it differences are equal, except for rounding
const rounding = 1e-9

/**
 * Accuracies of the arms, and the own arm minus each control. Where one half of the held-out questions helped to choose the
 * model of any run, or when it stopped (checkpoint.final = best does, and guards), all runs are judged on the other half.
 * @param runs every run of the plan
 */
export function compareArms({ own, controls }: ControlsPlan, runs: readonly FinishedRun[]): Compared {
  const questions = runs.some(({ selected }) => selected) ? 'reporting' : 'all'
  // a single held-out question has no other half
  const shareOf = ({ accuracy, reporting }: HeldOutAccuracy): number =>
    questions === 'all' ? accuracy : (reporting ?? accuracy)
  const arms = [own, ...controls].map(({ name, kind, changes }): ArmAccuracy => {
    const seen = runs
      .filter(({ arm }) => arm === name)
      .map(({ seed, before, after }) => ({ seed, before: shareOf(before), after: shareOf(after) }))
    const before = mean(seen.map((run) => run.before))
    return { arm: name, reward: kind, changes, before, after: mean(seen.map((run) => run.after)), runs: seen }
  })
  const [first, ...others] = arms
  return { questions, arms, differences: others.map((other) => differenceOf(first!, other)) }
}

function differenceOf(own: ArmAccuracy, control: ArmAccuracy): ControlDifference {
  const after = new Map(control.runs.map((run) => [run.seed, run.after]))
  const runs = own.runs.map((run) => ({ seed: run.seed, difference: run.after - after.get(run.seed)! }))
  const differences = runs.map(({ difference }) => difference)
  const paired = pairedT(differences)
  const shown = { control: control.arm, runs, mean: mean(differences), interval: paired?.interval ?? null }
  if (paired === null || paired.deviation < rounding) return { ...shown, verdict: 'cannot tell' }
  const [low, high] = paired.interval
  return { ...shown, verdict: low > 0 ? 'above' : high < 0 ? 'below' : 'cannot tell' }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
