import { scaleLinear } from 'd3-scale'
import { line } from 'd3-shape'
import { type ChartSpec, mainCharts } from '../charts.ts'
import type { Collected } from './collect.ts'

const panel = { width: 380, height: 230 }
const inner = { left: 56, right: 366, top: 40, bottom: 190 }
const perRow = 2
const legendHeight = 22

const colours = ['#0b63a8', '#b34700', '#00735a', '#9a3f83', '#7a5b00', '#2d2d8f', '#a01c35', '#4d5a66']
const darkColours = ['#74b9f2', '#ff9e57', '#3fd0a8', '#e6a0d4', '#e3c24d', '#a9a9ff', '#ff8a9d', '#b9c4ce']
const dashes = ['none', '7 4', '2 3', '9 3 2 3']

const style = `
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.name { font-size: 14px; font-weight: 600; }
.quiet { fill: #59636e; }
.ground { fill: #ffffff; }
.grid { stroke: #d1d9e0; }
.curve { fill: none; stroke-width: 2; }
${colours.map((colour, i) => `.c${i} { stroke: ${colour}; }`).join('\n')}
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.quiet { fill: #a5aeb8; }
.ground { fill: #161b22; }
.grid { stroke: #3d444d; }
${darkColours.map((colour, i) => `.c${i} { stroke: ${colour}; }`).join('\n')}
}`

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const round = (value: number): number => Math.round(value * 10) / 10

const text = (content: string, x: number, y: number, attributes = ''): string =>
  `<text x="${round(x)}" y="${round(y)}"${attributes}>${escaped(content)}</text>`

/** The main curves of all runs as one SVG file, light and dark. */
export function curvesPicture({ runs, curves }: Collected): string {
  const charts = mainCharts.filter(({ key }) => curves.some(({ values }) => isMeasured(values[key])))
  const rows = Math.max(1, Math.ceil(charts.length / perRow))
  const width = perRow * panel.width
  const top = rows * panel.height
  const height = top + legendHeight * runs.length + 14
  const legend = runs.map(({ name }, i) => {
    const y = top + 12 + legendHeight * i
    return `<path class="curve ${lookOf(i)}" d="M56,${y - 4}h32"/>\n${text(name, 98, y)}`
  })
  const drawn = charts.map((chart, i) => {
    const place = `${(i % perRow) * panel.width},${Math.floor(i / perRow) * panel.height}`
    return `<g transform="translate(${place})">\n${chartOf(chart, curves)}\n</g>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">
<title id="title">Main curves of ${escaped(runs.map(({ name }) => name).join(', '))}</title>
<desc id="description">${escaped(charts.map((chart) => describe(chart, { runs, curves })).join(' ') || 'Nothing was measured.')}</desc>
<style>${style}</style>
<rect class="ground" width="${width}" height="${height}"/>
${[...drawn, ...legend].join('\n')}
</svg>
`
}

const isMeasured = (values: readonly (number | null)[] | undefined): boolean =>
  values?.some((value) => value !== null) ?? false

const lookOf = (run: number): string =>
  `c${run % colours.length}" stroke-dasharray="${dashes[Math.floor(run / colours.length) % dashes.length]}`

type Point = readonly [step: number, value: number]

function pointsOf({ steps, values }: Collected['curves'][number], key: string): Point[] {
  const column = values[key] ?? []
  return steps.flatMap((step, i): Point[] => (column[i] == null ? [] : [[step, column[i]!]]))
}

function chartOf({ title, key, share }: ChartSpec, curves: Collected['curves']): string {
  const lines = curves.map((each) => pointsOf(each, key))
  const all = lines.flat()
  const lastStep = all.reduce((most, [step]) => Math.max(most, step), 1)
  const low = share ? 0 : all.reduce((least, [, value]) => Math.min(least, value), 0)
  const high = share ? 1 : all.reduce((most, [, value]) => Math.max(most, value), low + 1e-9)
  const x = scaleLinear([0, lastStep], [inner.left, inner.right])
  const y = scaleLinear([low, high], [inner.bottom, inner.top]).nice(5)
  const show = y.tickFormat(5, share ? '.0%' : undefined)
  const curve = line<Point>(
    ([step]) => x(step),
    ([, value]) => y(value),
  ).digits(1)
  return [
    text(title, inner.left - 40, 22, ' class="name"'),
    ...y
      .ticks(5)
      .flatMap((value) => [
        `<path class="grid" d="M${inner.left},${round(y(value))}H${inner.right}"/>`,
        text(show(value), inner.left - 8, y(value) + 4, ' class="quiet" text-anchor="end"'),
      ]),
    ...x
      .ticks(6)
      .filter(Number.isInteger)
      .map((step) => text(String(step), x(step), inner.bottom + 18, ' class="quiet" text-anchor="middle"')),
    ...lines.map((points, i) => (points.length === 0 ? '' : `<path class="curve ${lookOf(i)}" d="${curve(points)}"/>`)),
  ].join('\n')
}

/** The first and the last value of each run, in words. */
function describe({ title, key }: ChartSpec, { runs, curves }: Pick<Collected, 'runs' | 'curves'>): string {
  const changes = runs.flatMap(({ name }, i) => {
    const points = pointsOf(curves[i]!, key)
    const [first, last] = [points[0], points.at(-1)]
    if (first === undefined || last === undefined) return []
    return [`${name} ${Number(first[1].toPrecision(3))} to ${Number(last[1].toPrecision(3))}`]
  })
  return `${title}: ${changes.join(', ')}.`
}
