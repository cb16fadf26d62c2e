/**
 * Shows progress: one line rewritten in place on a terminal, else a line every few seconds.
 * @param {{ write: (text: string) => unknown, isTTY?: boolean, columns?: number }} out
 * @param {number} everyMs between two lines if `out` is not a terminal
 * @param {() => number} now milliseconds
 */
export function progressLine(out = process.stderr, everyMs = 5000, now = Date.now) {
  let last = Number.NEGATIVE_INFINITY
  let shown = false
  return {
    /** @param {string} text @param {boolean} [always] show it although the last line is recent */
    update(text, always = false) {
      if (out.isTTY) {
        out.write(`\r\u001b[K${text.slice(0, (out.columns ?? 80) - 1)}`)
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

/** @param {string} text */
export function say(text) {
  process.stderr.write(`${text}\n`)
}
