import { z } from 'zod'
import { type Bounds, nativeBounds } from '../native/bounds.ts'

/** The largest count where nothing tighter holds: far above any use, and small enough to count with. */
export const MOST_COUNT = 1e9

/** Counts of work that is laid out at once, before anything is computed: more would make a run stand still. */
export const mostAtOnce = {
  prompts: 65_536, // of a round of sampling
  questionPrompts: 4096, // each of them is built from examples, and tokenized
  samples: 65_536,
  examples: 256,
  epochs: 1000,
} as const

/** The longest time that a timer takes, in milliseconds: a longer one would end at once. */
export const MOST_MS = 2 ** 31 - 1

/** A number in a range that other places know, too. */
export function bounded({ least, above, most, below, whole }: Bounds): z.ZodNumber {
  let schema: z.ZodNumber = whole ? z.int() : z.number()
  if (least !== undefined) schema = schema.min(least)
  if (above !== undefined) schema = schema.gt(above)
  if (most !== undefined) schema = schema.max(most)
  if (below !== undefined) schema = schema.lt(below)
  return schema
}

export const positive = () => z.number().positive()
export const count = (most: number = MOST_COUNT) => z.int().min(1).max(most)
export const share = () => z.number().min(0).max(1)
export const path = () => z.string().min(1)
export const temperature = () => bounded(nativeBounds.temperature)
export const milliseconds = () => count(MOST_MS)
