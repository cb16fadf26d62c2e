import type { Draw } from './draw.ts'

/** With so many digits. */
export const wholeNumber = (draw: Draw, digits: number): number => draw.integer(10 ** (digits - 1), 10 ** digits - 1)

/** With so many digits, and at least 2: things are in the plural. */
export const amount = (draw: Draw, digits: number): number =>
  draw.integer(Math.max(2, 10 ** (digits - 1)), 10 ** digits - 1)
