import { expect } from 'vitest'

/**
 * Exit 2, one message, no stack.
 * @param said what was printed, as heardOutput gives it
 */
export async function expectRefused(code: Promise<number>, said: () => string, message: RegExp): Promise<void> {
  expect(await code).toBe(2)
  expect(said()).toMatch(message)
  expect(said()).not.toMatch(/\n\s+at /)
}
