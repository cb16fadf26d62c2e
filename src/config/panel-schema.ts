import { z } from 'zod'
import { placeholder } from '../rollout/prompt.ts'
import { count, mostAtOnce, path } from './value-schema.ts'

// A panel of questions that are never trained on, and what is asked of it.

/** Shares of fewer questions say nothing. */
export const fewestPanelQuestions = 8

export const panelSchema = z.strictObject({
  size: z
    .int()
    .min(0)
    .max(mostAtOnce.prompts)
    .default(64)
    .describe(
      'number of questions in the panel, which are never trained on and whose answers are not looked at; at least 8, or 0 = no panel',
    ),
  path: path()
    .nullable()
    .default(null)
    .describe(
      'JSONL file of questions for the panel; null = held-out questions, or where there are none a fifth of the seeds at most, which then are not trained on',
    ),
  every: count().default(5).describe('training steps between two readings of the panel'),
  samples: count(mostAtOnce.samples).default(8).describe('responses to each question of the panel, in each view'),
  view: z
    .string()
    .includes(placeholder, { error: 'expected a text with {question} in it' })
    .default(`Consider this problem. ${placeholder}`)
    .describe('second view of a question: another wording of the same, which takes the place of {question}'),
})
