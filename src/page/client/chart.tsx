import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { ChartSpec } from '../charts.ts'
import { lookOf } from './colours.ts'
import { number, share } from './format.ts'
import { Scroll } from './scroll.tsx'
import { smooth } from './smooth.ts'

/** One run's curve. */
export interface Line {
  readonly name: string
  readonly place: number // among the runs shown: its colour
  readonly steps: readonly number[]
  readonly values: readonly (number | null)[]
}

interface Props {
  readonly spec: ChartSpec
  readonly lines: readonly Line[]
  readonly smoothing: number
  readonly log: boolean
  readonly theme: string // a new one draws again
}

const height = 210

/** A curve per run; the same numbers in words and as a table for those who do not see it. */
export function Chart({ spec, lines, smoothing, log, theme }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const shown = lines.filter(({ values }) => values.some((value) => value !== null))
  useEffect(() => {
    const element = place.current
    if (element === null) return undefined
    const plot = new uPlot(
      optionsOf(spec, shown, { log, width: element.clientWidth }),
      dataOf(shown, smoothing, log),
      element,
    )
    const resize = new ResizeObserver(() => {
      if (element.clientWidth > 0) plot.setSize({ width: element.clientWidth, height })
    })
    resize.observe(element)
    return () => {
      resize.disconnect()
      plot.destroy()
    }
  }, [
    spec.key,
    smoothing,
    log,
    theme,
    JSON.stringify(shown.map(({ place: at, steps, values }) => [at, steps.length, steps.at(-1), values.at(-1)])),
  ])
  const show = spec.share ? share : number
  return (
    <figure class="chart">
      <figcaption>
        <h3>{spec.title}</h3>
        <code>{spec.key}</code>
      </figcaption>
      <div ref={place} class="plot" aria-hidden="true" />
      <p class="values">
        {shown.map((line) => (
          <span key={line.name}>
            <i class="mark" ref={(mark) => mark?.style.setProperty('background', lookOf(line.place).colour)} />
            {lines.length > 1 ? `${line.name}: ` : ''}
            {firstAndLast(line, show)}
          </span>
        ))}
      </p>
      <details>
        <summary>
          Numbers<span class="hidden"> of {spec.title}</span>
        </summary>
        <NumberTable title={spec.title} lines={shown} />
      </details>
    </figure>
  )
}

function firstAndLast({ values }: Line, show: (value: number) => string): string {
  const known = values.filter((value) => value !== null)
  return known.length === 1 ? show(known[0]!) : `${show(known[0]!)} to ${show(known.at(-1)!)}`
}

const mostRows = 200

function NumberTable({ title, lines }: { title: string; lines: readonly Line[] }) {
  const steps = [...new Set(lines.flatMap((line) => line.steps))].sort((a, b) => a - b)
  const from = Math.max(0, steps.length - mostRows)
  const rows = lines.map((line) => new Map(line.steps.map((step, i) => [step, line.values[i]])))
  return (
    <Scroll label={`Numbers of ${title}`}>
      <table>
        <caption>{from === 0 ? title : `${title}, the last ${mostRows} steps`}</caption>
        <thead>
          <tr>
            <th scope="col">step</th>
            {lines.map(({ name }) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.slice(from).map((step) => (
            <tr key={step}>
              <th scope="row">{step}</th>
              {rows.map((values, i) => (
                <td key={lines[i]!.name}>{values.get(step) == null ? '' : number(values.get(step))}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

/** Curves of one axis: where a run has no value at another's step, there is a gap that the line crosses. */
function dataOf(lines: readonly Line[], smoothing: number, log: boolean): uPlot.AlignedData {
  const tables = lines.map(({ steps, values }): uPlot.AlignedData => {
    const smoothed = smooth(values, smoothing).map((value) => (log && value !== null && value <= 0 ? null : value))
    return [[...steps], smoothed]
  })
  return tables.length === 0
    ? [[0]]
    : uPlot.join(
        tables,
        tables.map(() => [1]),
      )
}

interface Frame {
  readonly log: boolean
  readonly width: number
}

function optionsOf(spec: ChartSpec, lines: readonly Line[], { log, width }: Frame): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const ink = style.getPropertyValue('--quiet').trim()
  const grid = { stroke: style.getPropertyValue('--line').trim(), width: 1 }
  const axis = { stroke: ink, grid, ticks: grid, font: '12px system-ui, sans-serif' }
  return {
    width: Math.max(width, 100),
    height,
    legend: { show: false },
    cursor: { sync: { key: 'steps' }, drag: { x: true, y: false }, points: { size: 6 } },
    scales: { x: { time: false }, y: { distr: log ? 3 : 1 } },
    axes: [
      { ...axis, size: 32, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000] },
      {
        ...axis,
        size: 58,
        values: (_, ticks) =>
          ticks.map((tick) => (tick == null ? '' : spec.share ? `${Number((100 * tick).toFixed(1))} %` : number(tick))),
      },
    ],
    series: [
      {},
      ...lines.map((line): uPlot.Series => {
        const { colour, dash } = lookOf(line.place)
        return {
          label: line.name,
          stroke: colour,
          width: 2,
          spanGaps: true,
          dash: [...dash],
          points: { show: line.steps.length < 60, size: 4 },
        }
      }),
    ],
    plugins: [readout(spec)],
  }
}

/** The values under the pointer, in a line above the curves. */
function readout(spec: ChartSpec): uPlot.Plugin {
  const box = document.createElement('div')
  box.className = 'readout'
  const show = spec.share ? share : number
  return {
    hooks: {
      init: (plot) => {
        plot.over.append(box)
      },
      setCursor: (plot) => {
        const { idx } = plot.cursor
        if (idx == null) {
          box.textContent = ''
          return
        }
        const parts = plot.series.slice(1).flatMap((series, i) => {
          const value = plot.data[i + 1]?.[idx]
          if (value == null) return []
          return plot.series.length === 2 ? show(value) : `${String(series.label)} ${show(value)}`
        })
        box.textContent = parts.length === 0 ? '' : `step ${plot.data[0][idx]}: ${parts.slice(0, 6).join(', ')}`
      },
    },
  }
}
