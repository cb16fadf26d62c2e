import { refuse, requireSize } from '../budget.ts'
import { fail } from '../protocol.ts'
import { repr, str } from '../text.ts'
import { Callable, type Keywords, type Value } from '../value.ts'

const field = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g

/** str.format with plain fields, "{}", "{0}", "{name}" and "!s", "!r"; what has a format after ":" is refused. */
export const formatBraces = (text: string): Callable =>
  new Callable('format', (args, keywords) => {
    let next = 0
    const result = text.replace(field, (whole, inner: string | undefined) => {
      if (whole === '{{' || whole === '}}') return whole[0]!
      if (inner === undefined) return fail('a single brace in the format string')
      const [, key, conversion] = /^(\w*)(![sr])?$/.exec(inner) ?? refuse(`the format field ${whole} of str.format`)
      const value = fieldValue(key === '' ? next++ : key!, args, keywords)
      return conversion === '!r' ? repr(value) : str(value)
    })
    requireSize(result.length)
    return result
  })

function fieldValue(key: string | number, args: readonly Value[], keywords: Keywords): Value {
  if (typeof key === 'number' || /^\d+$/.test(key)) return args[Number(key)] ?? given(args, Number(key))
  return keywords.get(key) ?? (keywords.has(key) ? null : fail(`KeyError: ${repr(key)}`))
}

const given = (args: readonly Value[], index: number): Value =>
  index < args.length ? args[index]! : fail(`the format string has no argument ${index}`)
