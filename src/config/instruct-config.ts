import type { z } from 'zod'
import { instructSchema } from './question-schema.ts'

/** How new questions are asked of the model. */
export type InstructConfig = Readonly<
  Omit<z.output<typeof instructSchema>, 'source' | 'maxRounds' | 'maxStaleness' | 'poolLimit'>
>

export const defaultInstructConfig: InstructConfig = instructSchema.parse({})
