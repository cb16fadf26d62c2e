import type { RunSummary, TraceView } from '../read/shapes.ts'
import { seconds } from './format.ts'
import { Scroll } from './scroll.tsx'
import { ask } from './source.ts'
import { useLoaded } from './use.ts'

/** Where the time goes: by stage from metrics.jsonl, and in detail where the run was traced. */
export function Trace({ run, version }: { run: RunSummary; version: number }) {
  const keys = ['propose', 'rollout', 'update', 'total'].map((name) => `seconds.${name}`)
  const stages = useLoaded(`${run.run} ${version}`, () => ask('curves', { run: run.run, keys: keys.join(',') }))
  const { value, error } = useLoaded(`${run.run} ${version} trace`, () => ask('trace', { run: run.run }))
  const sums = keys.map((key) => (stages.value?.values[key] ?? []).reduce<number>((sum, each) => sum + (each ?? 0), 0))
  return (
    <section aria-labelledby="title">
      <h2 id="title" tabindex={-1}>
        Time of {run.name}
      </h2>
      {error !== null && <p role="alert">{error}</p>}
      <TimeTable
        title="Seconds of all steps, by stage"
        rows={['propose', 'answer and vote', 'update', 'everything, evaluation included'].map((name, i) => ({
          name,
          count: null,
          seconds: sums[i]!,
        }))}
        whole={sums[3]!}
      />
      <h3>Trace</h3>
      {value === null ? (
        <p>
          This run was not traced, or its trace lies elsewhere: <code>serl train --out RUN --trace RUN/trace.json</code>{' '}
          puts it where this page finds it.
        </p>
      ) : (
        <Spans trace={value} />
      )}
    </section>
  )
}

interface TimeRow {
  readonly name: string
  readonly count: number | null
  readonly seconds: number
}

function TimeTable({ title, rows, whole }: { title: string; rows: readonly TimeRow[]; whole: number }) {
  return (
    <table>
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">what</th>
          <th scope="col">times</th>
          <th scope="col">time</th>
          <th scope="col">share</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, count, seconds: value }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{count}</td>
            <td>{seconds(value)}</td>
            <td>{whole === 0 ? '' : `${((100 * value) / whole).toFixed(1)} %`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Spans({ trace }: { trace: TraceView }) {
  const first = trace.stages[0]?.from ?? 0
  const end = Math.max(first, ...trace.stages.map(({ from, seconds: length }) => from + length))
  const whole = end - first || 1
  const depth = Math.max(0, ...trace.stages.map((stage) => stage.depth))
  return (
    <>
      {!trace.isWhole && <p>The trace is still being written, or longer than what is shown here.</p>}
      <Scroll label="Stages in their order">
        <svg class="spans" viewBox={`0 0 1000 ${24 * (depth + 1)}`} preserveAspectRatio="none" role="img">
          <title>Stages in their order; the table below has their times</title>
          {trace.stages.map(({ name, from, seconds: length, depth: row }) => (
            <rect
              key={`${name} ${from}`}
              class={`span-${row % 3}`}
              x={(1000 * (from - first)) / whole}
              y={24 * row}
              width={Math.max(0.4, (1000 * length) / whole)}
              height={22}
            >
              <title>{`${name}: ${seconds(length)}`}</title>
            </rect>
          ))}
        </svg>
      </Scroll>
      <TimeTable title="By name; spans lie within each other" rows={trace.totals} whole={whole} />
    </>
  )
}
