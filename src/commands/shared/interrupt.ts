// SIGHUP: the terminal was closed, or the connection to it lost
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Turns Ctrl-C (and SIGTERM, SIGHUP) into an abort signal; the second one ends the process at once. From `release` on, when the
 * work is done and the process is about to end, a signal ends it with the exit code it already has.
 * @param notice what to say at the first
 */
export function interruptSignal(notice: string): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130)
    process.stderr.write(`\n${notice} (press Ctrl-C again to quit at once)\n`)
    controller.abort()
  }
  for (const name of signals) process.on(name, onSignal)
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) {
        // first the one, then the other: with neither, a signal would end a finished run as if it had been killed
        if (!process.listeners(name).includes(onEnding)) process.on(name, onEnding)
        process.off(name, onSignal)
      }
    },
  }
}

const onEnding = (): void => process.exit(process.exitCode ?? 130)
