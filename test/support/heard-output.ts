import { vi } from 'vitest'

/**
 * Keeps what is printed from the terminal until vi.restoreAllMocks().
 * @returns what stdout and stderr got so far
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
