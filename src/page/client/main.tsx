import 'uplot/dist/uPlot.min.css'
import './page.css'
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { RunSummary } from '../read/shapes.ts'
import { Answers } from './answers.tsx'
import { lookOf } from './colours.ts'
import { Curves } from './curves.tsx'
import { Guards } from './guards.tsx'
import { Proposals } from './proposals.tsx'
import { RunList } from './run-list.tsx'
import { Settings } from './settings.tsx'
import { ask, isReport, listen } from './source.ts'
import { Trace } from './trace.tsx'
import { link, type Route, useLoaded, useRemembered, useRoute } from './use.ts'

const views = [
  ['curves', 'Curves'],
  ['proposals', 'Questions'],
  ['answers', 'Answers'],
  ['guards', 'Guards'],
  ['settings', 'Settings'],
  ['trace', 'Time'],
] as const

const leastMs = 1000 // between two loads of what has changed

function App() {
  const route = useRoute()
  const [version, setVersion] = useState(0)
  const [isLive, setLive] = useState(false)
  const [theme, setTheme] = useRemembered<string>('theme', 'auto')
  const [chosen, setChosen] = useState<readonly number[] | null>(null)
  const { value: runs, error } = useLoaded(String(version), () => ask('runs'))
  useEffect(() => {
    let isDue = false
    const later = (): void => {
      if (isDue) return
      isDue = true
      setTimeout(() => {
        isDue = false
        setVersion((before) => before + 1)
      }, leastMs)
    }
    return listen(later, (live) => {
      setLive(live)
      if (live) later() // what was missed meanwhile
    })
  }, [])
  if (theme === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  const shown = (runs ?? []).filter(({ run }) => (chosen ?? firstFew(runs ?? [])).includes(run))
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        To the content
      </button>
      <header>
        <h1>
          <a href={link('curves')}>SeRL</a>
        </h1>
        <nav aria-label="Views">
          {views.map(([view, title]) => (
            <a key={view} href={link(view)} aria-current={route.view === view ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <label class="theme">
          Colours{' '}
          <select value={theme} onChange={(event) => setTheme(event.currentTarget.value)}>
            <option value="auto">as the system</option>
            <option value="light">light</option>
            <option value="dark">dark</option>
          </select>
        </label>
      </header>
      {error !== null && <p role="alert">{error}</p>}
      {runs !== null && <RunList runs={runs} shown={shown} isLive={isLive} onShow={setChosen} lookOf={lookOf} />}
      <main id="main" tabindex={-1}>
        {runs !== null && <View {...{ route, runs, shown, version, theme }} />}
      </main>
      <p role="status" class="hidden">
        {shown.length === 1
          ? `${shown[0]!.name}: step ${shown[0]!.steps}, ${shown[0]!.state}`
          : `${shown.length} runs shown`}
      </p>
    </>
  )
}

const mostAtFirst = 8

const firstFew = (runs: readonly RunSummary[]): readonly number[] => runs.slice(0, mostAtFirst).map(({ run }) => run)

interface ViewProps {
  readonly route: Route
  readonly runs: readonly RunSummary[]
  readonly shown: readonly RunSummary[]
  readonly version: number
  readonly theme: string
}

function View({ route, runs, shown, version, theme }: ViewProps) {
  const { view, params } = route
  useEffect(() => {
    document.title = `${views.find(([name]) => name === view)?.[1] ?? 'SeRL'} – SeRL${isReport ? ' report' : ''}`
  }, [view])
  const asked = params.run === undefined ? undefined : runs.find(({ run }) => run === Number(params.run))
  const run = asked ?? shown[0]
  if (run === undefined) return <p class="empty">Choose a run above.</p>
  if (view === 'curves') return <Curves runs={shown} version={version} theme={theme} />
  if (view === 'settings') return <Settings runs={shown} />
  return (
    <>
      {runs.length > 1 && <RunChoice runs={runs} run={run} view={view} />}
      {view === 'proposals' && <Proposals run={run} params={params} version={version} />}
      {view === 'answers' && <Answers run={run} params={params} version={version} />}
      {view === 'guards' && <Guards run={run} version={version} theme={theme} />}
      {view === 'trace' && <Trace run={run} version={version} />}
    </>
  )
}

function RunChoice({ runs, run, view }: { runs: readonly RunSummary[]; run: RunSummary; view: string }) {
  return (
    <label class="choice">
      Run{' '}
      <select
        value={run.run}
        onChange={(event) => {
          location.hash = link(view, { run: event.currentTarget.value })
        }}
      >
        {runs.map((each) => (
          <option key={each.run} value={each.run}>
            {each.name}
          </option>
        ))}
      </select>
    </label>
  )
}

const place = document.getElementById('page')!
place.textContent = ''
render(<App />, place)
