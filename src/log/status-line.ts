import { isLive, type LiveRegion, liveRegion } from '../terminal/live-region.ts'
import { paletteOf } from '../terminal/palette.ts'
import { progressText, shareOf } from '../terminal/progress-text.ts'
import type { Reporter } from './reporter.ts'

/** A job's progress on a terminal. */
export interface StatusLine {
  readonly show: Reporter['progress']
  /** Takes the line off the screen, until something is shown again. */
  readonly clear: () => void
}

/** One line at the bottom of the terminal: stage, bar, share done, time left. Nothing if stderr is no terminal, or `quiet`. */
export function statusLine(quiet: boolean): StatusLine {
  if (quiet || !isLive()) return { show: () => {}, clear: () => {} }
  const palette = paletteOf()
  let region: LiveRegion | null = null
  let clock = newClock('', 0)
  return {
    show: (stage, done, total) => {
      const share = shareOf(done, total)
      if (stage !== clock.stage || share < clock.share) clock = newClock(stage, share)
      clock.share = share
      if (region === null || !region.isOpen) region = liveRegion()
      region.draw((columns) => [progressText({ stage, done, total, eta: etaOf(clock) }, columns, palette)])
    },
    clear: () => {
      region?.close()
      region = null
      clock = newClock('', 0)
    },
  }
}

/** When a stage began, and what share of it was done then: a job may continue an earlier one. */
export interface Clock {
  readonly stage: string
  readonly startedAt: number // ms
  readonly from: number
  share: number
}

export const newClock = (stage: string, from: number, now = performance.now()): Clock => ({
  stage,
  startedAt: now,
  from,
  share: from,
})

// too early to extrapolate
const leastSeconds = 0.5

/** Seconds until the stage ends at its mean pace; null: not known yet. */
export function etaOf({ startedAt, from, share }: Clock, now = performance.now()): number | null {
  const seconds = (now - startedAt) / 1000
  if (seconds < leastSeconds || share <= from) return null
  return (seconds * (1 - share)) / (share - from)
}
