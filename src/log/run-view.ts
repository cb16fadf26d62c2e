import { isLive, type LiveRegion, liveRegion } from '../terminal/live-region.ts'
import { paletteOf } from '../terminal/palette.ts'
import { shareOf } from '../terminal/progress-text.ts'
import type { StepMetrics } from './metrics.ts'
import type { Reporter, Underway } from './reporter.ts'
import { movingLines, type RunState, steadyLines } from './run-lines.ts'
import { newClock } from './status-line.ts'

/** The live view of a run; it opens with the first thing to show. */
export interface RunView {
  readonly progress: Reporter['progress']
  readonly underway: Reporter['underway']
  readonly step: (metrics: StepMetrics) => void
  readonly close: () => void
}

// more is wider than any curve that is shown
const mostLines = 200

/** The state of a run at the bottom of the terminal: step, stage, time left, curve, counts, guards. */
export function runView(run: Pick<RunState, 'steps' | 'guard'>): RunView {
  const palette = paletteOf()
  let state = newState(run)
  let region: LiveRegion | null = null
  const steady = steadily((columns) => steadyLines(state, columns, palette))
  const show = (): void => {
    if (!isLive()) return
    if (region === null || !region.isOpen) region = liveRegion()
    region.draw((columns) => [
      ...movingLines(state, columns, palette, performance.now()),
      ...steady(columns, [state.lines, state.underway]),
    ])
  }
  return {
    progress: (stage, done, total) => {
      const share = shareOf(done, total)
      const isSame = stage === state.clock.stage && share >= state.clock.share && state.isCounted
      const clock = isSame ? state.clock : newClock(stage, share)
      clock.share = share
      state = { ...state, clock, isCounted: true }
      show()
    },
    underway: (underway) => {
      const isNew = underway.step !== state.underway?.step
      const stepStartedAt = isNew ? performance.now() : state.stepStartedAt
      state = { ...state, underway, stepStartedAt, clock: newClock(underway.stage, 0), isCounted: false }
      show()
    },
    step: (metrics) => {
      const earlier = state.lines.filter((line) => line.step < metrics.step)
      state = { ...state, lines: [...earlier, metrics].slice(-mostLines), underway: null, clock: newClock('', 0) }
      state = { ...state, stepStartedAt: performance.now(), isCounted: false }
      show()
    },
    close: () => {
      region?.close()
      region = null
      state = newState(run)
    },
  }
}

const newState = (run: Pick<RunState, 'steps' | 'guard'>): RunState => ({
  ...run,
  lines: [],
  underway: null as Underway | null,
  clock: newClock('', 0),
  isCounted: false,
  startedAt: performance.now(),
  stepStartedAt: performance.now(),
})

/** The lines of the last call, as long as its keys are the same: the rest of the view is drawn several times a second. */
function steadily(make: (columns: number) => string[]): (columns: number, keys: readonly unknown[]) => string[] {
  let known: { readonly columns: number; readonly keys: readonly unknown[]; readonly lines: string[] } | null = null
  return (columns, keys) => {
    if (known === null || known.columns !== columns || keys.some((key, i) => key !== known!.keys[i]))
      known = { columns, keys, lines: make(columns) }
    return known.lines
  }
}
