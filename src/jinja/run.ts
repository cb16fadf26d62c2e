// What a rendering has at hand: the filters, the tests, and what was found about the template's names.
import { spend } from './budget.ts'
import type { FilterContext } from './filters/context.ts'
import { filters } from './filters/filters.ts'
import { fail } from './protocol.ts'
import type { HiddenNames } from './symbols.ts'
import { runTest } from './tests.ts'
import type { Value } from './value.ts'

export interface Run extends FilterContext {
  readonly hidden: HiddenNames
}

export function startRun(hidden: HiddenNames): Run {
  const run: Run = {
    hidden,
    filter(name, value, args, keywords) {
      const work = filters.get(name) ?? fail(`there is no filter "${name}"`)
      spend(sizeIn(value))
      const result = work(value, args, keywords, run)
      spend(sizeIn(result))
      return result
    },
    test(name, value, args, keywords) {
      spend(sizeIn(value))
      if (keywords.size > 0) fail(`the test "${name}" takes no keyword arguments`)
      return runTest(name, value, args)
    },
  }
  return run
}

/** Characters or items: what an operation on it takes time for. */
export const sizeIn = (value: Value): number => (typeof value === 'string' || Array.isArray(value) ? value.length : 0)
