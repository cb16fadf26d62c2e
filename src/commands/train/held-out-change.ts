import { existsSync } from 'node:fs'
import type { StepMetrics } from '../../log/metrics.ts'
import { percent } from '../../log/percent.ts'
import { checkpointFolder } from '../../run/run-folder.ts'
import type { Outcome } from '../../train/start.ts'

/** Held-out accuracy at one step. */
interface Measured {
  readonly step: number
  readonly accuracy: number
}

/** Held-out accuracy over a run; null: it was never measured. */
export interface HeldOutChange {
  readonly before: Measured
  readonly after: Measured // of the model in final/
  readonly best: Measured // the earliest if equal
  readonly times: number // that it was measured
}

/** @param outcome its lines, and the step whose model was kept */
export function heldOutChange({
  metrics,
  modelOfStep,
}: Pick<Outcome, 'metrics' | 'modelOfStep'>): HeldOutChange | null {
  const measured = metrics.flatMap((line: StepMetrics): Measured[] => {
    const accuracy = line['eval.accuracy']
    return accuracy === null ? [] : [{ step: line.step, accuracy }]
  })
  const [before] = measured
  const after = measured.findLast(({ step }) => step <= modelOfStep)
  if (before === undefined || after === undefined) return null
  const best = measured.reduce((best, next) => (next.accuracy > best.accuracy ? next : best))
  return { before, after, best, times: measured.length }
}

/** The change of accuracy in sentences; says so if the model became worse. */
export function changeText({ before, after, best }: HeldOutChange, run: string): string {
  const [from, to] = [percent(before.accuracy), percent(after.accuracy)]
  const change = after.accuracy > before.accuracy ? 'rose' : 'fell'
  const path = after.accuracy === before.accuracy ? `stayed at ${to}` : `${change} from ${from} to ${to}`
  const moved = `Its greedy accuracy on held-out questions ${path}.`
  if (best.accuracy <= after.accuracy) return moved
  if (best.step === 0) return `${moved}\nThe trained model is worse than the initial model, and no step was better.`
  const worse = after.accuracy < before.accuracy ? 'worse than the initial model, and not the best' : 'not the best'
  return `${moved}\nThe trained model is ${worse}, which had ${percent(best.accuracy)} after step ${best.step}${whereabouts(run, best.step)}`
}

function whereabouts(run: string, step: number): string {
  const folder = checkpointFolder(run, step)
  if (existsSync(folder)) return ` and is in\n${folder}`
  return '.'
}
