import type { z } from 'zod'
import { filterSchema } from './question-schema.ts'

/** Which proposed questions are dropped. */
export type FilterConfig = Readonly<z.output<typeof filterSchema>>

export const defaultFilterConfig: FilterConfig = filterSchema.parse({})
