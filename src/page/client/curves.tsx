import { chartsFor } from '../charts.ts'
import type { Curves as CurvesOfRun, RunSummary } from '../read/shapes.ts'
import { Chart } from './chart.tsx'
import { ask } from './source.ts'
import { useLoaded, useRemembered } from './use.ts'

interface Props {
  readonly runs: readonly RunSummary[] // those shown
  readonly version: number // rises when a run has gone on
  readonly theme: string
}

export function Curves({ runs, version, theme }: Props) {
  const [smoothing, setSmoothing] = useRemembered<number>('smoothing', 0)
  const [log, setLog] = useRemembered<boolean>('log', false)
  const [all, setAll] = useRemembered<boolean>('all', false)
  const { main, more } = chartsFor(new Set(runs.flatMap(({ keys }) => keys)))
  const charts = all ? [...main, ...more] : main
  const keys = charts.map(({ key }) => key).join(',')
  const key = `${version} ${keys} ${runs.map(({ run, generation }) => `${run}:${generation}`).join(' ')}`
  const { value, error } = useLoaded(key, () => curvesOf(runs, keys))
  return (
    <section aria-labelledby="title">
      <h2 id="title" tabindex={-1}>
        Curves
      </h2>
      <div class="tools">
        <label>
          Smoothing{' '}
          <input
            type="range"
            min="0"
            max="0.98"
            step="0.02"
            value={smoothing}
            onInput={(event) => setSmoothing(Number(event.currentTarget.value))}
          />
        </label>
        <output>{smoothing}</output>
        <label class="check">
          <input type="checkbox" checked={log} onChange={(event) => setLog(event.currentTarget.checked)} /> Log scale
        </label>
        <label class="check">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} /> All metrics
        </label>
      </div>
      {error !== null && <p role="alert">{error}</p>}
      {charts.length === 0 && <p class="empty">Nothing has been measured yet.</p>}
      <div class="charts">
        {charts.map((spec) => (
          <Chart
            key={spec.key}
            {...{ spec, smoothing, log, theme }}
            lines={runs.map(({ name, run }, place) => {
              const curves = value?.get(run)
              return { name, place, steps: curves?.steps ?? [], values: curves?.values[spec.key] ?? [] }
            })}
          />
        ))}
      </div>
    </section>
  )
}

async function curvesOf(runs: readonly RunSummary[], keys: string): Promise<Map<number, CurvesOfRun>> {
  const answers = await Promise.all(runs.map(({ run }) => ask('curves', { run, keys })))
  return new Map(runs.map(({ run }, i) => [run, answers[i]!]))
}
