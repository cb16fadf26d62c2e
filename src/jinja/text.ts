// str() and repr(), as Python has them.
import { refuse, requireSize, spend } from './budget.ts'
import { floatText } from './float-text.ts'
import {
  Callable,
  Dict,
  DictView,
  isLoop,
  Lazy,
  Namespace,
  Range,
  SafeText,
  Tuple,
  Undefined,
  type Value,
} from './value.ts'

/** str(value): what {{ value }} prints. */
export function str(value: Value): string {
  if (typeof value === 'string') return value
  if (value instanceof SafeText) return value.text
  if (value instanceof Undefined) return ''
  return repr(value)
}

/** repr(value): how a value inside a list is printed. */
export function repr(value: Value): string {
  spend(typeof value === 'string' ? value.length : 0)
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'bigint') return intText(value)
  if (typeof value === 'number') return floatText(value)
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${listed(value.map(repr))}]`
  if (value instanceof Tuple) return tupleText(value.items)
  if (value instanceof Dict) return dictText(value.entries())
  return objectText(value as Exclude<Value, null | boolean | bigint | number | string | readonly Value[]>)
}

function objectText(value: Value): string {
  if (value instanceof DictView) return `dict_${value.kind}([${value.items().map(repr).join(', ')}])`
  if (value instanceof Range) {
    const step = value.step === 1n ? '' : `, ${value.step}`
    return `range(${value.start}, ${value.stop}${step})`
  }
  if (value instanceof SafeText) return `Markup(${quoted(value.text)})`
  if (value instanceof Undefined) return 'Undefined'
  if (value instanceof Namespace) return `<Namespace ${dictText([...value.attributes])}>`
  if (value instanceof Callable && value.printed !== null) return value.printed
  if (isLoop(value)) return value.print()
  const what = value instanceof Lazy ? `a ${value.name}` : `the function ${(value as Callable).name}`
  return refuse(`printing ${what} (Python prints its address; "| list" makes a list of a generator)`)
}

const longestInt = 4300 // digits that Python prints

export function intText(value: bigint): string {
  if (value.toString(16).length > longestInt) refuse(`an int of more than ${longestInt} digits`)
  const text = value.toString()
  return text.replace('-', '').length <= longestInt ? text : refuse(`an int of more than ${longestInt} digits`)
}

const tupleText = (items: readonly Value[]): string =>
  items.length === 1 ? `(${repr(items[0]!)},)` : `(${listed(items.map(repr))})`

const dictText = (entries: readonly (readonly [Value, Value])[]): string =>
  `{${listed(entries.map(([key, value]) => `${repr(key)}: ${repr(value)}`))}}`

function listed(parts: readonly string[]): string {
  requireSize(parts.reduce((size, part) => size + part.length + 2, 0))
  return parts.join(', ')
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** repr() of a text. */
export function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = text.replace(/[\\\p{C}\p{Z}'"]/gu, (character) => {
    if (character === ' ') return character
    if (character === "'" || character === '"') return character === quote ? `\\${character}` : character
    return escapes[character] ?? hexEscape(character.codePointAt(0)!)
  })
  return `${quote}${body}${quote}`
}

function hexEscape(point: number): string {
  const hex = point.toString(16)
  if (point < 0x100) return `\\x${hex.padStart(2, '0')}`
  return point < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}
