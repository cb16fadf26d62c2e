import type { StepMetrics } from '../../src/log/metrics.ts'

/** A sign of collapse: a measure beyond a limit, relative to its first value or as it is. */
export interface Signal {
  readonly key: keyof StepMetrics
  readonly side: 'below' | 'above'
  readonly limit: number
  readonly relative: boolean // to the first value that was measured
}

export const signals: readonly Signal[] = [
  ...limits('vote.majorityShare', 'above', [0.8, 0.9, 0.95, 0.98]),
  ...limits('vote.classes', 'below', [1.5, 1.2, 1.05]),
  ...limits('entropy.mean', 'below', [0.5, 0.3, 0.15], true),
  ...limits('responses.lengthRatio', 'below', [0.7, 0.5, 0.3]),
  ...limits('vote.sameAnswer', 'above', [0.4, 0.6]),
  ...limits('panel.split', 'above', [0.1, 0.2, 0.3]),
  ...limits('panel.lengthRatio', 'below', [0.7, 0.5, 0.4]),
  ...limits('panel.entropyRatio', 'below', [0.5, 0.3, 0.15]),
  ...limits('panel.drift', 'above', [0.15, 0.3, 0.5]),
  ...limits('panel.decline', 'above', [0.05, 0.1]),
  ...limits('panel.flipRate', 'above', [0.3, 0.4]),
  ...limits('ratio.max', 'above', [4, 10]),
  ...limits('kl.mean', 'above', [0.1, 0.2, 0.3, 1]),
  ...limits('eval.provenDrop', 'above', [0]),
]

function limits(
  key: keyof StepMetrics,
  side: Signal['side'],
  values: readonly number[],
  relative = false,
): readonly Signal[] {
  return values.map((limit) => ({ key, side, limit, relative }))
}

export const signalText = ({ key, side, limit, relative }: Signal): string =>
  `\`${key}\` ${side} ${limit}${relative ? ' of its first value' : ''}`

/** The step at which a signal has been beyond its limit for `patience` measurements in a row; null: never. */
export function alarmStep(lines: readonly StepMetrics[], signal: Signal, patience = 2): number | null {
  let [streak, first] = [0, null as number | null]
  for (const line of lines) {
    const value = line[signal.key] as number | null
    if (value === null) continue
    first ??= value
    const limit = signal.relative ? signal.limit * first : signal.limit
    streak = (signal.side === 'below' ? value < limit : value > limit) ? streak + 1 : 0
    if (streak >= patience) return line.step
  }
  return null
}

/** How a run went, by its held-out accuracy. */
export interface Course {
  readonly peakStep: number // the earliest of the highest
  readonly peak: number
  readonly final: number
  readonly collapsed: boolean // it ended at least 5 points, and a quarter of its gain, below its peak
}

export function courseOf(lines: readonly StepMetrics[]): Course {
  const measured = lines.flatMap((line) => (line['eval.accuracy'] === null ? [] : [line]))
  const accuracies = measured.map((line) => line['eval.accuracy']!)
  const peak = Math.max(...accuracies)
  const [start, final] = [accuracies[0]!, accuracies.at(-1)!]
  const collapsed = peak - final >= 0.05 && peak - final >= 0.25 * (peak - start)
  return { peakStep: measured[accuracies.indexOf(peak)]!.step, peak, final, collapsed }
}

/** Held-out accuracy of the model that is kept when the signal stops the run: that of the step before the streak. */
export function keptAccuracy(lines: readonly StepMetrics[], alarm: number | null, patience = 2): number {
  const until = alarm === null ? Number.POSITIVE_INFINITY : alarm - patience
  const measured = lines.filter((line) => line['eval.accuracy'] !== null && line.step <= Math.max(0, until))
  return measured.at(-1)!['eval.accuracy']!
}
