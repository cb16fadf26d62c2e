import type { Filter } from './context.ts'
import { numberFilters } from './numbers.ts'
import { refusedFilters, selectFilters } from './select.ts'
import { sequenceFilters } from './sequence.ts'
import { textFilters } from './text.ts'

/** Every filter that jinja2 has; those that are not supported refuse by their name. */
export const filters: ReadonlyMap<string, Filter> = new Map(
  Object.entries({ ...textFilters, ...numberFilters, ...sequenceFilters, ...selectFilters, ...refusedFilters }),
)
