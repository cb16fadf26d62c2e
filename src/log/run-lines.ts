import type { GuardName } from '../config/guard-schema.ts'
import type { Config } from '../config/schema.ts'
import { guardRange } from '../guard/guards.ts'
import type { Palette } from '../terminal/palette.ts'
import { bar, duration, fitted, sparkline } from '../terminal/progress-text.ts'
import { type StepMetrics, stepMetrics } from './metrics.ts'
import { percent } from './percent.ts'
import type { Underway } from './reporter.ts'
import { type Clock, etaOf } from './status-line.ts'

/** What the live view of a run shows. */
export interface RunState {
  readonly steps: number // of the whole run
  readonly guard: Config['guard']
  readonly lines: readonly StepMetrics[] // of finished steps
  readonly underway: Underway | null // null: between two steps
  readonly clock: Clock // of the stage
  readonly isCounted: boolean // whether the stage says how far it is
  readonly startedAt: number // ms
  readonly stepStartedAt: number // ms
}

/** Lines of the live view that change with the clock. @param now ms */
export const movingLines = (state: RunState, columns: number, palette: Palette, now: number): string[] => [
  stageLine(state, columns, palette, now),
  runLine(state, columns, palette, now),
]

/** Lines below them, which change with the counts and the finished steps. */
export const steadyLines = (
  state: Pick<RunState, 'lines' | 'underway' | 'guard'>,
  columns: number,
  palette: Palette,
): string[] =>
  [curveLine(state, columns, palette), countsLine(state, columns), guardLine(state, columns, palette)].filter(
    (line) => line !== '',
  )

/** "step 3/5  answering  ━━━━━━────  62 %  0:01". */
function stageLine(state: RunState, columns: number, palette: Palette, now: number): string {
  const { clock, steps, underway, lines, isCounted } = state
  const step = underway?.step ?? (lines.at(-1)?.step ?? -1) + (clock.stage === '' ? 0 : 1)
  const name = `step ${Math.min(Math.max(step, 0), steps)}/${steps}`
  const stage = clock.stage === '' ? 'saving' : clock.stage
  const spent = duration((now - state.stepStartedAt) / 1000)
  const eta = isCounted ? etaOf(clock, now) : null
  const figures = isCounted
    ? [`${Math.floor(100 * clock.share)} %`, eta === null ? '' : `ETA ${duration(eta)}`]
    : [`${spent} in this step`]
  const room = columns - name.length - stage.length - figures.join('  ').length - 6
  const drawn = isCounted && room >= 6 ? bar(clock.share, Math.min(room, 24), palette) : ''
  return fitted([palette.strong(name), stage, drawn, ...figures], columns)
}

/** Seconds that are left of the run at the mean pace of its last steps; null: no step is finished. */
export function runEta({ lines, steps, stepStartedAt }: RunState, now: number): number | null {
  const last = lines.at(-1)
  const timed = lines.filter(({ step }) => step > 0).slice(-5)
  if (last === undefined || timed.length === 0) return null
  const mean = timed.reduce((sum, line) => sum + (line['seconds.total'] ?? 0), 0) / timed.length
  return Math.max(0, (steps - last.step) * mean - Math.min(mean, (now - stepStartedAt) / 1000))
}

/** "run  ━━━━──────  40 %  ETA 0:06  6392 tokens/s". */
function runLine(state: RunState, columns: number, palette: Palette, now: number): string {
  const { lines, steps, underway, startedAt, stepStartedAt } = state
  const eta = runEta(state, now)
  const done = lines.at(-1)?.step ?? 0
  const share = Math.min(done / steps, 1)
  const seconds = (now - stepStartedAt) / 1000
  const sampled = (underway?.newTokens ?? 0) > 0 && seconds > 1 ? underway!.newTokens / seconds : null
  const rate = stepRate(lines.at(-1)) ?? sampled
  const time = eta === null ? 'ETA after step 1' : `ETA ${duration(eta)}`
  const drawn = bar(share, Math.max(6, Math.min(24, columns - 30)), palette)
  const elapsed = `${duration((now - startedAt) / 1000)} so far`
  return fitted(
    ['run', drawn, `${Math.floor(100 * share)} %`, time, rate === null ? '' : `${Math.round(rate)} tokens/s`, elapsed],
    columns,
  )
}

function stepRate(line: StepMetrics | undefined): number | null {
  const generated = line?.['tokens.generated'] ?? null
  const seconds = line?.['seconds.total'] ?? null
  if (generated === null || seconds === null || seconds === 0) return null
  return (generated + (line!['tokens.trained'] ?? 0)) / seconds
}

/** "accuracy 92.3 % ▁▅█": of the held-out questions, or else the agreement. */
function curveLine({ lines }: Pick<RunState, 'lines'>, columns: number, { good }: Palette): string {
  const curve = (
    key: 'eval.accuracy' | 'vote.majorityShare',
    label: string,
    show: (value: number) => string,
  ): string => {
    const values = lines.map((line) => line[key]).filter((value) => value !== null)
    if (values.length === 0) return ''
    const text = `${label} ${show(values.at(-1)!)}`
    return `${text} ${good(sparkline(values, Math.max(4, Math.min(40, columns - text.length - 1))))}`
  }
  const curves = [
    curve('eval.accuracy', 'accuracy', percent),
    curve('vote.majorityShare', 'majority', (value) => value.toFixed(3)),
  ].filter((text) => text !== '')
  return curves.length === 0 ? '' : fitted(curves, columns)
}

/** "questions 30 accepted, 15 rejected  answers 27 questions, 16 kept": of the step under way, or of the last one. */
function countsLine({ underway, lines }: Pick<RunState, 'lines' | 'underway'>, columns: number): string {
  const line = lines.at(-1)
  const [proposed, accepted, answered, kept] =
    underway !== null
      ? [underway.proposed, underway.accepted, underway.answered, underway.kept]
      : (['instructions.proposed', 'instructions.kept', 'groups.sampled', 'groups.kept'] as const).map(
          (key) => line?.[key] ?? 0,
        )
  if (proposed! + answered! === 0) return ''
  const written = `questions ${accepted} accepted, ${proposed! - accepted!} rejected`
  const voted = `votes ${kept} kept, ${answered! - kept!} dropped`
  const parts = proposed === 0 ? [voted] : answered === 0 ? [written] : [written, voted]
  if (parts.join('  ').length <= columns) return parts.join('  ')
  return fitted([`accepted ${accepted}/${proposed}`, `kept ${kept}/${answered}`], columns)
}

/** "guards ●●●●○●  panelDrift out of range": a light for each, in the order of the settings. */
function guardLine(
  { guard, lines }: Pick<RunState, 'lines' | 'guard'>,
  columns: number,
  { good, bad, dim }: Palette,
): string {
  const line = lookedAt(lines)
  if (line === null) return ''
  const names = Object.keys(guard) as GuardName[]
  const ranges = names.map((name) => guardRange(name, line, guard))
  if (ranges.every((range) => range === null)) return ''
  const lights = ranges.map((range) => (range === null ? dim('○') : range === 'in' ? good('●') : bad('▲')))
  const outside = names.filter((_, i) => ranges[i] === 'below' || ranges[i] === 'above')
  const words =
    outside.length === 0
      ? `${ranges.filter((range) => range === 'in').length} in range`
      : bad(`out of range: ${outside.map((name) => `${name} (${ranges[names.indexOf(name)]})`).join(', ')}`)
  const unmeasured = ranges.filter((range) => range === null).length
  return fitted(
    [`guards ${lights.join('')}`, words, unmeasured === 0 ? '' : dim(`${unmeasured} not measured`)],
    columns,
  )
}

/** The newest measures: each key of the last line that has it, as panels and evaluations come only every few steps. */
function lookedAt(lines: readonly StepMetrics[]): StepMetrics | null {
  if (lines.length === 0) return null
  const measured = lines.flatMap((line) => Object.entries(line).filter(([, value]) => value !== null))
  return stepMetrics({ step: lines.at(-1)!.step, ...Object.fromEntries(measured) })
}
