import type { StepMetrics } from '../../src/log/metrics.ts'
import { alarmStep, courseOf, keptAccuracy, type Signal, signals, signalText } from './signals.ts'

export interface FinishedRun {
  readonly name: string
  readonly lines: readonly StepMetrics[]
}

const points = (share: number): string => (100 * share).toFixed(1)
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

/** Every run: start, peak, end. */
export function runsTable(runs: readonly FinishedRun[]): string {
  const rows = runs.map(({ name, lines }) => {
    const { peak, peakStep, final, collapsed } = courseOf(lines)
    const start = lines.find((line) => line['eval.accuracy'] !== null)!['eval.accuracy']!
    return `| ${name} | ${points(start)} | ${points(peak)} at step ${peakStep} | ${points(final)} | ${collapsed ? 'collapsed' : 'healthy'} |`
  })
  return ['| run | start | peak | end | course |', '|---|---:|---:|---:|---|', ...rows].join('\n')
}

/** Every signal: what it would have said, and what would have been kept. */
export function signalsTable(runs: readonly FinishedRun[]): string {
  const judged = runs.map((run) => ({ ...run, course: courseOf(run.lines) }))
  const collapsed = judged.filter(({ course }) => course.collapsed)
  const healthy = judged.filter(({ course }) => !course.collapsed)
  const row = (signal: Signal): string => {
    const alarms = collapsed.map((run) => ({ ...run, alarm: alarmStep(run.lines, signal) }))
    const late = alarms.flatMap(({ alarm, course }) => (alarm === null ? [] : [alarm - course.peakStep]))
    const falseAlarms = healthy.filter(({ lines }) => alarmStep(lines, signal) !== null).length
    const lost = judged.map(({ lines, course }) => course.peak - keptAccuracy(lines, alarmStep(lines, signal)))
    const cells = [
      signalText(signal),
      `${late.length} of ${collapsed.length}`,
      late.length === 0 ? '' : String(median(late)),
      `${falseAlarms} of ${healthy.length}`,
      points(mean(lost)),
      points(Math.max(...lost)),
    ]
    return `| ${cells.join(' | ')} |`
  }
  const head = '| signal | collapses noticed | steps after the peak, median | false alarms | lost, mean | lost, most |'
  return [head, '|---|---|---:|---|---:|---:|', ...signals.map(row)].join('\n')
}
