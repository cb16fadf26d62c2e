/**
 * Turns Ctrl-C (and SIGTERM) into an abort signal; the second one ends the process at once.
 * @param notice what to say at the first
 */
export function interruptSignal(notice: string): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130)
    process.stderr.write(`\n${notice} (again: quit at once)\n`)
    controller.abort()
  }
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const name of signals) process.on(name, onSignal)
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, onSignal)
    },
  }
}
