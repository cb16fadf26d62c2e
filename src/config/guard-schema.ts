import { z } from 'zod'

/** What a guard does once its measure has been out of range for `steps` steps in a row. */
export const guardActions = ['log', 'stop', 'rollback'] as const

/** One guard: {below, above, steps, action}; what is left out is the default. */
const bounds = (below: number | null, above: number | null) =>
  z
    .strictObject({
      below: z.number().nullable().default(below),
      above: z.number().nullable().default(above),
      steps: z.int().min(1).default(2),
      action: z.enum(guardActions).default('log'),
    })
    .prefault({})

/**
 * The guards of label-free training. Thresholds are where published runs had collapsed; actions are log until somebody
 * asks for more.
 */
export const guardSchema = z.strictObject({
  majorityShare: bounds(null, 0.98).describe('mean share of the winning answer: 1 = nothing left to learn from a vote'),
  answerClasses: bounds(1.05, null).describe('mean number of different answers to a question'),
  flipRate: bounds(null, null).describe('share of questions met again whose majority changed since'),
  entropy: bounds(0.02, null).describe('nats a token'),
  length: bounds(0.3, 3).describe('mean response length, as a multiple of the first step that trained'),
  eosRate: bounds(0.5, null).describe('share of responses that end by themselves'),
  answerless: bounds(null, 0.5).describe('share of responses without an answer'),
  sameAnswer: bounds(null, 0.6).describe('share of questions with the most common majority: answers that ignore them'),
  distinct2: bounds(0.1, null).describe('distinct word pairs of the proposed questions, as a share of all'),
  accuracyDrop: bounds(null, 0.1).describe('best held-out accuracy so far minus the latest'),
  kl: bounds(null, 1).describe('mean KL to the reference, nats a token'),
})

export type GuardName = keyof z.output<typeof guardSchema>
export type GuardBounds = z.output<typeof guardSchema>[GuardName]
