import type { z } from 'zod'
import { instructSchema } from './question-schema.ts'

/** How the model is prompted for new questions. */
export type InstructConfig = Readonly<
  Omit<z.output<typeof instructSchema>, 'source' | 'maxRounds' | 'maxStaleness' | 'poolLimit' | 'retireAfter'>
>

export const defaultInstructConfig: InstructConfig = instructSchema.parse({})
