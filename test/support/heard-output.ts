import { vi } from 'vitest'

/**
 * Captures output instead of printing it, until vi.restoreAllMocks().
 * @returns the output to stdout and stderr so far
 */
export function heardOutput(): () => string {
  let said = ''
  for (const stream of [process.stderr, process.stdout]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said += String(text)
      return true
    })
  }
  return () => said
}
