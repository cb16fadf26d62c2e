import { moreCharts } from '../charts.ts'
import type { GuardRow, RunSummary } from '../read/shapes.ts'
import { Chart } from './chart.tsx'
import { number } from './format.ts'
import { Scroll } from './scroll.tsx'
import { ask } from './source.ts'
import { useLoaded } from './use.ts'

interface Props {
  readonly run: RunSummary
  readonly version: number
  readonly theme: string
}

const panelCharts = [
  { title: 'Drift of the panel', key: 'panel.drift', share: true },
  ...moreCharts.filter(({ key }) => key.startsWith('panel.')),
]

/** The guards as the run applied them, and the panel of questions that it never trains on. */
export function Guards({ run, version, theme }: Props) {
  const { value, error } = useLoaded(`${run.run} ${version}`, () => ask('guards', { run: run.run }))
  const charts = panelCharts.filter(({ key }) => run.keys.includes(key))
  const keys = charts.map(({ key }) => key).join(',')
  const curves = useLoaded(`${run.run} ${version} ${keys}`, () => ask('curves', { run: run.run, keys }))
  return (
    <section aria-labelledby="title">
      <h2 id="title" tabindex={-1}>
        Guards of {run.name}
      </h2>
      {error !== null && <p role="alert">{error}</p>}
      {run.why !== null && <p class="notice">The run ended early: {run.why}</p>}
      {value !== null && <GuardTable guards={value} />}
      <h3>Panel</h3>
      {charts.length === 0 ? (
        <p>This run has no panel: questions that are never trained on, asked again and again (panel.size).</p>
      ) : (
        <div class="charts">
          {charts.map((spec) => (
            <Chart
              key={spec.key}
              {...{ spec, theme, smoothing: 0, log: false }}
              lines={[
                {
                  name: run.name,
                  place: 0,
                  steps: curves.value?.steps ?? [],
                  values: curves.value?.values[spec.key] ?? [],
                },
              ]}
            />
          ))}
        </div>
      )}
    </section>
  )
}

function GuardTable({ guards }: { guards: readonly GuardRow[] }) {
  return (
    <Scroll label="Guards">
      <table class="cards">
        <caption>Every guard, what it last saw, and when it acted</caption>
        <thead>
          <tr>
            <th scope="col">guard</th>
            <th scope="col">state</th>
            <th scope="col">latest</th>
            <th scope="col">out of range</th>
            <th scope="col">action</th>
            <th scope="col">acted at step</th>
          </tr>
        </thead>
        <tbody>
          {guards.map((guard) => (
            <tr key={guard.name}>
              <th scope="row" title={guard.what}>
                {guard.name} <code class="quiet">{guard.key}</code>
              </th>
              <td data-name="state">
                <span class={`verdict ${lookOf(guard)}`}>{guardState(guard)}</span>
              </td>
              <td data-name="latest">{number(guard.latest)}</td>
              <td data-name="out of range">{rangeText(guard)}</td>
              <td data-name="action">{guard.action}</td>
              <td data-name="acted at step">{guard.trips.join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function lookOf({ below, above, latest, streak }: GuardRow): string {
  if ((below === null && above === null) || latest === null) return ''
  return streak > 0 ? 'bad' : 'good'
}

function guardState({ latest, streak, steps, below, above }: GuardRow): string {
  if (below === null && above === null) return 'off'
  if (latest === null) return 'not measured'
  if (streak === 0) return 'in range'
  return streak >= steps ? 'acting' : `out of range, ${streak} of ${steps}`
}

function rangeText({ below, above, steps }: GuardRow): string {
  const sides = [below === null ? [] : `below ${below}`, above === null ? [] : `above ${above}`].flat()
  if (sides.length === 0) return 'never'
  return `${sides.join(', ')}${steps === 1 ? '' : `, ${steps} steps`}`
}
