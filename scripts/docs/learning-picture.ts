import { scaleLinear } from 'd3-scale'
import { line } from 'd3-shape'
import { element, picture, text } from './svg.ts'

/** A run of bench/learning.ts, step by step from 0 on. */
export interface LearningRun {
  readonly name: string
  readonly collapsed: boolean
  readonly accuracy: readonly number[] // held-out
  readonly drift: readonly (number | null)[] // panel.drift; null: not measured
}

/** @param text a run per line, as JSON */
export const parseLearningRuns = (text: string): LearningRun[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

const width = 760
const left = 64
const right = 592 // the rest names the lines
const plotHeight = 190
const tops = [70, 330] as const
const height = tops[1] + plotHeight + 52

/** The limit of guard.panelDrift. */
const limit = 0.3

const looks = {
  collapsed: { look: 'coin', name: 'collapsed' },
  other: { look: 'vote', name: 'did not' },
} as const

/** @param runs of equal length */
export function learningPicture(runs: readonly LearningRun[]): string {
  const steps = runs[0]!.accuracy.length - 1
  const title = 'Runs with and without collapse: what is true, and what the panel shows'
  return picture(
    { width, height, title, description: describe(runs) },
    text(title, left - 40, 32, { class: 'name' }),
    ...plot('Held-out accuracy (known to no one without labels)', tops[0], steps, runs, ({ accuracy }) => accuracy),
    ...plot('panel.drift (no labels); the guard acts above 0.3', tops[1], steps, runs, ({ drift }) => drift, limit),
    text('training step', (left + right) / 2, height - 12, { 'text-anchor': 'middle', class: 'quiet' }),
  )
}

function plot(
  name: string,
  top: number,
  steps: number,
  runs: readonly LearningRun[],
  valuesOf: (run: LearningRun) => readonly (number | null)[],
  mark: number | null = null,
): string[] {
  const x = scaleLinear([0, steps], [left, right])
  const y = scaleLinear([0, 1], [top + plotHeight, top + 10])
  const curve = line<number | null>()
    .defined((value) => value !== null)
    .x((_, step) => x(step))
    .y((value) => y(value!))
  const grid = y
    .ticks(5)
    .flatMap((value) => [
      element('line', { class: 'grid', x1: left, x2: right, y1: y(value), y2: y(value) }),
      text(`${Math.round(value * 100)} %`, left - 10, y(value) + 4.5, { 'text-anchor': 'end', class: 'quiet' }),
    ])
  const curves = runs.map((run) =>
    element('path', { class: lookOf(run).look, d: rounded(curve(valuesOf(run))!), style: 'stroke-width: 1.3' }),
  )
  const names = Object.entries(looks).map(([key, { look, name }], i) => {
    const count = runs.filter((run) => lookOf(run).look === look).length
    return text(`${count} ${name}`, right + 14, top + 26 + 20 * i, { class: `${look}-mark`, id: `${key}-${top}` })
  })
  const numbers = x
    .ticks(5)
    .map((step) => text(String(step), x(step), top + plotHeight + 20, { 'text-anchor': 'middle', class: 'quiet' }))
  const limitLine =
    mark === null ? [] : [element('line', { class: 'arrow', x1: left, x2: right, y1: y(mark), y2: y(mark) })]
  return [text(name, left, top - 4, { class: 'quiet' }), ...grid, ...numbers, ...curves, ...limitLine, ...names]
}

const lookOf = ({ collapsed }: LearningRun) => (collapsed ? looks.collapsed : looks.other)

const rounded = (path: string): string => path.replaceAll(/\d+\.\d+/g, (number) => String(+Number(number).toFixed(1)))

function describe(runs: readonly LearningRun[]): string {
  const sentences = runs.map(({ name, collapsed, accuracy, drift }) => {
    const [start, peak, end] = [accuracy[0]!, Math.max(...accuracy), accuracy.at(-1)!]
    const percents = [start, peak, end].map((value) => `${(100 * value).toFixed(0)} %`)
    const alarm = drift.findIndex((value) => value !== null && value > limit)
    const seen = alarm < 0 ? 'drift never above the limit' : `drift above the limit first at step ${alarm}`
    return `${name}: ${percents.join(', ')}, ${collapsed ? 'collapsed' : 'did not collapse'}, ${seen}.`
  })
  return `Accuracy at the start, at its peak and at the end of each run. ${sentences.join(' ')}`
}
