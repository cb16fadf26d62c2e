import { scaleLinear } from 'd3-scale'
import { line } from 'd3-shape'
import { element, picture, text } from './svg.ts'

/** Held-out accuracy of a demonstration run after each step; the first is before training. */
export interface AccuracyRun {
  readonly reward: 'majority' | 'random'
  readonly seed: number
  readonly accuracy: readonly number[]
}

/** @param text a run per line, as JSON */
export const parseRuns = (text: string): AccuracyRun[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

const width = 760
const height = 400
const left = 64
const right = 566 // the rest names the lines
const top = 56
const bottom = height - 56

const looks = {
  majority: { look: 'vote', name: 'Reward: the vote', detail: 'agreeing answers' },
  random: { look: 'coin', name: 'Reward: a coin', detail: 'the control' },
} as const

const percent = (share: number): string => `${Math.round(share * 100)} %`

/** @param runs of equal length */
export function accuracyPicture(runs: readonly AccuracyRun[]): string {
  const steps = runs[0]!.accuracy.length - 1
  const x = scaleLinear([0, steps], [left, right])
  const y = scaleLinear([0, 1], [bottom, top])
  const grid = y
    .ticks(5)
    .flatMap((value) => [
      element('line', { class: 'grid', x1: left, x2: right, y1: y(value), y2: y(value) }),
      text(percent(value), left - 10, y(value) + 4.5, { 'text-anchor': 'end', class: 'quiet' }),
    ])
  const stepNumbers = x
    .ticks(steps)
    .map((step) => text(String(step), x(step), bottom + 22, { 'text-anchor': 'middle', class: 'quiet' }))
  const curve = line<number>((_, step) => x(step), y)
  const curves = runs.map(({ reward, accuracy }) => {
    const { look } = looks[reward]
    const marks = accuracy.map((value, step) =>
      element('circle', { class: `${look}-mark`, cx: x(step), cy: y(value), r: 3.2 }),
    )
    return element('g', {}, element('path', { class: look, d: rounded(curve(accuracy)!) }), ...marks)
  })
  const rewards = ['majority', 'random'] as const
  const legend = rewards.flatMap((reward) => {
    const ends = runs.filter((run) => run.reward === reward).map(({ accuracy }) => accuracy.at(-1)!)
    const middle = y(ends.reduce((sum, end) => sum + end, 0) / ends.length)
    const { look, name, detail } = looks[reward]
    return [
      text(name, right + 16, middle - 3, { class: `${look}-mark`, 'font-weight': 600 }),
      text(detail, right + 16, middle + 15, { class: 'quiet' }),
    ]
  })
  const title = 'The demonstration: greedy accuracy on 300 held-out questions'
  return picture(
    { width, height, title, description: describe(runs) },
    text(title, left - 40, 32, { class: 'name' }),
    ...grid,
    ...stepNumbers,
    text('training step', (left + right) / 2, bottom + 42, { 'text-anchor': 'middle', class: 'quiet' }),
    ...curves,
    ...legend,
  )
}

const rounded = (path: string): string => path.replaceAll(/\d+\.\d+/g, (number) => String(+Number(number).toFixed(1)))

function describe(runs: readonly AccuracyRun[]): string {
  const sentences = runs.map(({ reward, seed, accuracy }) => {
    const values = accuracy.map((value) => `${(value * 100).toFixed(1)} %`)
    return `${looks[reward].name} (seed ${seed}): ${values.join(', ')}.`
  })
  return `Accuracy before training and after each step. ${sentences.join(' ')}`
}
