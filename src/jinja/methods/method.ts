import { bind } from '../arguments.ts'
import { Callable, type Keywords, type Value } from '../value.ts'

/** @param work gets the arguments by position; the names are for keywords, unless they begin with "/" */
export const method = (
  name: string,
  names: readonly string[],
  work: (...values: (Value | undefined)[]) => Value,
): Callable =>
  new Callable(name, (args: readonly Value[], keywords: Keywords) => {
    const bound = bind(name, names, args, keywords)
    return work(...names.map((key) => bound[key.replace('!', '')]))
  })
