// json.dumps, with the arguments that transformers' tojson passes on.
import { requireSize, spend } from './budget.ts'
import { floatText } from './float-text.ts'
import { fail } from './protocol.ts'
import { sorted } from './sorted.ts'
import { intText } from './text.ts'
import { Dict, SafeText, Tuple, typeName, type Value } from './value.ts'

export interface JsonOptions {
  readonly ascii: boolean
  readonly indent: string | null // of one level; null: on one line
  readonly separators: readonly [string, string] // between items, after a key
  readonly sortKeys: boolean
}

/** @throws TemplateError for a value that JSON has not */
export function toJson(value: Value, options: JsonOptions, margin = '\n'): string {
  spend(typeof value === 'string' ? value.length : 0)
  if (value === null) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'bigint') return intText(value)
  if (typeof value === 'number') return jsonFloat(value)
  if (typeof value === 'string') return jsonText(value, options)
  if (value instanceof SafeText) return jsonText(value.text, options)
  if (Array.isArray(value)) return jsonItems(value, options, margin)
  if (value instanceof Tuple) return jsonItems(value.items, options, margin)
  if (value instanceof Dict) return jsonEntries(value, options, margin)
  return fail(`Object of type ${typeName(value)} is not JSON serializable`)
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? floatText(value) : value > 0 ? 'Infinity' : '-Infinity'
}

const named: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
}

function jsonText(text: string, { ascii }: JsonOptions): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes them
  const escaped = ascii ? /["\\]|[^ -~]/g : /["\\\x00-\x1f]/g
  const body = text.replace(escaped, (unit) => named[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  requireSize(body.length)
  return `"${body}"`
}

function jsonItems(items: readonly Value[], options: JsonOptions, margin: string): string {
  return wrapped('[]', items, { options, margin }, (item, inner) => toJson(item, options, inner))
}

function jsonEntries(dict: Dict, options: JsonOptions, margin: string): string {
  const entries = dict.entries().map((entry): Value => new Tuple(entry))
  const shown = options.sortKeys ? sorted(entries, (entry) => (entry as Tuple).items[0]!) : entries
  return wrapped('{}', shown, { options, margin }, (entry, inner) => {
    const [key, value] = (entry as Tuple).items as [Value, Value]
    return `${jsonText(keyText(key), options)}${options.separators[1]}${toJson(value, options, inner)}`
  })
}

function wrapped(
  brackets: string,
  items: readonly Value[],
  { options, margin }: { readonly options: JsonOptions; readonly margin: string },
  show: (item: Value, margin: string) => string,
): string {
  const { indent, separators } = options
  if (items.length === 0) return brackets
  const inner = margin + (indent ?? '')
  const line = indent === null ? '' : inner
  const parts = items.map((item) => show(item, inner))
  requireSize(parts.reduce((size, part) => size + part.length + separators[0].length + line.length, 0))
  const body = parts.join(separators[0] + line)
  return `${brackets[0]}${line}${body}${indent === null ? '' : margin}${brackets[1]}`
}

function keyText(key: Value): string {
  if (typeof key === 'string') return key
  if (key === null) return 'null'
  if (typeof key === 'boolean') return String(key)
  if (typeof key === 'bigint') return intText(key)
  if (typeof key === 'number') return jsonFloat(key)
  return fail(`keys must be str, int, float, bool or None, not ${typeName(key)}`)
}
