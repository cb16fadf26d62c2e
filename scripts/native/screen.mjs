import { clearLine, cursorTo } from 'node:readline'

/**
 * Shows progress: one line rewritten in place on a terminal, with the time left, else a line every few seconds.
 * @param {{ write: (text: string) => unknown, isTTY?: boolean, columns?: number }} out
 * @param {number} everyMs between two lines if `out` is not a terminal
 * @param {() => number} now milliseconds
 */
export function progressLine(out = process.stderr, everyMs = 5000, now = Date.now) {
  let last = Number.NEGATIVE_INFINITY
  let shown = false
  /** @type {{ at: number, share: number } | null} */
  let first = null
  return {
    /**
     * @param {string} text
     * @param {{ always?: boolean, share?: number }} [how] always: show it although the last line is recent; share: in [0, 1],
     *   of the job that is done
     */
    update(text, { always = false, share } = {}) {
      if (share !== undefined && (first === null || share < first.share)) first = { at: now(), share }
      if (out.isTTY) {
        const columns = (out.columns ?? 80) - 1
        cursorTo(/** @type {any} */ (out), 0)
        clearLine(/** @type {any} */ (out), 1)
        out.write(withTime(text, first, share, now()).slice(0, columns))
        shown = true
      } else if (always || now() - last >= everyMs) {
        out.write(`${text}\n`)
        last = now()
      }
    },
    /** Ends a line that is being rewritten. */
    end() {
      if (shown) out.write('\n')
      shown = false
    },
  }
}

// too early to extrapolate
const leastMs = 2000

/**
 * The text with a bar and the time left at the pace so far.
 * @param {string} text
 * @param {{ at: number, share: number } | null} first
 * @param {number | undefined} share
 * @param {number} now
 */
function withTime(text, first, share, now) {
  if (share === undefined || first === null) return text
  const full = Math.round(20 * share)
  const bar = `${'━'.repeat(full)}${'─'.repeat(20 - full)}`
  const elapsed = now - first.at
  if (elapsed < leastMs || share <= first.share) return `  ${bar}${text}`
  const seconds = Math.round((elapsed * (1 - share)) / (share - first.share) / 1000)
  return `  ${bar}  ETA ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}${text}`
}

/** @param {string} text */
export function say(text) {
  process.stderr.write(`${text}\n`)
}
