import type { WriteStream } from 'node:tty'
import ansiEscapes from 'ansi-escapes'
import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'
import { type Intercepted, intercept } from './intercept.ts'

/** Lines for a terminal of this many columns; longer ones are cut. */
export type Frame = (columns: number) => readonly string[]

/** The last lines of a terminal, which are drawn again as they change. Everything else that is written appears above them. */
export interface LiveRegion {
  /** Shows a frame; it is asked for its lines again five times a second, so that clocks in it go on. */
  draw(frame: Frame): void
  /** Takes the lines off the screen, and gives the streams back. Idempotent. */
  close(): void
  readonly isOpen: boolean
}

let open: LiveRegion | null = null

const everyMs = 200

/** Does the stream take lines that are drawn again? */
export const isLive = (stream: { readonly isTTY?: boolean } = process.stderr): boolean =>
  stream.isTTY === true && process.env.TERM !== 'dumb'

/**
 * Takes the bottom of a terminal. The cursor stays visible, on the line below, so that no crash can leave it hidden. While
 * the region is open, what others write to the terminal's streams goes above it, a line at a time. Opening a region closes
 * the one before.
 * @param streams those of the terminal; the region is drawn on the first
 */
export function liveRegion(streams: readonly [WriteStream, ...WriteStream[]] = terminalStreams()): LiveRegion {
  open?.close()
  const [screen] = streams
  let frame: Frame | null = null
  let shown: readonly string[] = [] // on the screen, above the cursor
  let paintedAt = 0

  const erased = (): string => {
    if (shown.length === 0) return ''
    const rows = rowsOf(shown, sizeOf(screen).columns)
    shown = []
    return ansiEscapes.eraseLines(rows + 1)
  }
  const paint = (): void => {
    if (frame === null) return
    paintedAt = performance.now()
    const { columns, rows } = sizeOf(screen)
    // a full row would wrap, and a region as high as the screen could not be erased
    const lines = frame(columns - 1).map((line) => cutTo(line, Math.max(columns - 1, 1)))
    const next = lines.slice(0, Math.max(rows - 1, 0))
    if (next.length === shown.length && next.every((line, i) => line === shown[i])) return
    raw.write(`${erased()}${next.map((line) => `${line}\n`).join('')}`)
    shown = next
  }
  const hide = (): void => {
    const text = erased()
    if (text !== '') raw.write(text)
  }
  const raw: Intercepted = intercept(streams, { before: hide, after: paint })
  const restarted = (): void => {
    shown = []
  }
  const stopListening = listen(screen, { hide, paint, restarted, close: () => close() })
  const timer = setInterval(paint, everyMs)
  timer.unref()
  let isClosed = false
  const close = (): void => {
    if (isClosed) return
    isClosed = true
    clearInterval(timer)
    stopListening()
    hide()
    frame = null
    raw.restore()
    if (open === region) open = null
  }
  const region: LiveRegion = {
    draw: (next) => {
      if (isClosed) return
      frame = next
      if (performance.now() - paintedAt >= everyMs) paint()
    },
    close,
    get isOpen() {
      return !isClosed
    },
  }
  open = region
  return region
}

// measuring is cheaper than cutting, and most lines fit
const cutTo = (line: string, columns: number): string =>
  stringWidth(line) <= columns ? line : cliTruncate(line, columns)

const terminalStreams = (): readonly [WriteStream, ...WriteStream[]] =>
  process.stdout.isTTY ? [process.stderr, process.stdout] : [process.stderr]

/** Asked anew each time: the event that tells of another size may come after a redraw. */
function sizeOf(screen: WriteStream): { columns: number; rows: number } {
  const [columns, rows] = screen.getWindowSize?.() ?? [screen.columns, screen.rows]
  return { columns: columns || 80, rows: rows || 24 } // 0: a terminal that does not tell
}

/** Rows that lines take: a terminal that has become narrower wraps them. */
const rowsOf = (lines: readonly string[], columns: number): number =>
  lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0)

interface Listeners {
  readonly hide: () => void
  readonly paint: () => void
  readonly restarted: () => void // the shell has written since: nothing above is ours any more
  readonly close: () => void
}

/** @returns stops listening */
function listen(screen: WriteStream, { hide, paint, restarted, close }: Listeners): () => void {
  const resized = (): void => {
    hide()
    paint()
  }
  const continued = (): void => {
    restarted()
    paint()
  }
  // Node prints warnings past process.stderr, from a listener of its own
  const warned = (): void => {
    hide()
    setImmediate(paint)
  }
  screen.on('resize', resized)
  process.on('SIGCONT', continued)
  process.prependListener('warning', warned)
  process.on('exit', close) // an uncaught error is printed after it
  return () => {
    screen.off('resize', resized)
    process.off('SIGCONT', continued)
    process.off('warning', warned)
    process.off('exit', close)
  }
}
