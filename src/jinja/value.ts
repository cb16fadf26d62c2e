// Values as Python has them: None is null, an int a bigint, a float a number, a list an array. No template can change a
// list or a dict, as the sandbox of transformers forbids it.
import { spend, TemplateError } from './budget.ts'

export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly Value[]
  | Tuple
  | Dict
  | DictView
  | Range
  | Lazy
  | Callable
  | Namespace
  | LoopState
  | SafeText
  | Undefined

export type Keywords = ReadonlyMap<string, Value>

/** A name, attribute or item that is not there. Printed as nothing; an error where it is used for more. */
export class Undefined {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
  fail(): never {
    throw new TemplateError(this.message)
  }
}

export class Tuple {
  readonly items: readonly Value[]
  readonly names: readonly string[] // of a named tuple, that of groupby
  constructor(items: readonly Value[], names: readonly string[] = []) {
    this.items = items
    this.names = names
  }
}

/** Keys as Python compares them: 1, 1.0 and True are one key. Order is that of insertion. */
export class Dict {
  private readonly entriesByKey = new Map<unknown, readonly [Value, Value]>()
  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    for (const [key, value] of entries) {
      const hash = hashOf(key)
      this.entriesByKey.set(hash, [this.entriesByKey.get(hash)?.[0] ?? key, value])
    }
  }
  get size(): number {
    return this.entriesByKey.size
  }
  get(key: Value): Value | undefined {
    return this.entriesByKey.get(hashOf(key))?.[1]
  }
  entries(): (readonly [Value, Value])[] {
    return [...this.entriesByKey.values()]
  }
}

/** dict.keys(), .values(), .items(). */
export class DictView {
  readonly dict: Dict
  readonly kind: 'keys' | 'values' | 'items'
  constructor(dict: Dict, kind: DictView['kind']) {
    this.dict = dict
    this.kind = kind
  }
  items(): Value[] {
    const { kind } = this
    return this.dict
      .entries()
      .map((entry) => (kind === 'keys' ? entry[0] : kind === 'values' ? entry[1] : new Tuple(entry)))
  }
}

export class Range {
  readonly start: bigint
  readonly stop: bigint
  readonly step: bigint
  readonly length: number
  constructor(start: bigint, stop: bigint, step: bigint) {
    this.start = start
    this.stop = stop
    this.step = step
    const span = step > 0n ? stop - start + step - 1n : start - stop - step - 1n
    this.length = span < 0n ? 0 : Number(span / (step > 0n ? step : -step))
  }
  at(index: number): bigint {
    return this.start + BigInt(index) * this.step
  }
  items(): Value[] {
    return Array.from({ length: this.length }, (_, i) => this.at(i))
  }
}

/** A generator or iterator: read once, printed as an address by Python, so never here. */
export class Lazy {
  readonly iterator: Iterator<Value>
  readonly name: string // of Python's type
  constructor(items: Iterable<Value>, name = 'generator') {
    this.iterator = items[Symbol.iterator]()
    this.name = name
  }
}

export class Callable {
  readonly name: string
  readonly call: (args: readonly Value[], keywords: Keywords) => Value
  readonly attributes: ReadonlyMap<string, () => Value>
  readonly printed: string | null // null: Python prints an address
  constructor(
    name: string,
    call: Callable['call'],
    more: { readonly attributes?: Callable['attributes']; readonly printed?: string } = {},
  ) {
    this.name = name
    this.call = call
    this.attributes = more.attributes ?? new Map()
    this.printed = more.printed ?? null
  }
}

export class Namespace {
  readonly attributes: Map<string, Value>
  constructor(attributes: Iterable<readonly [string, Value]>) {
    this.attributes = new Map(attributes)
  }
}

/** The variable `loop`. */
export interface LoopState {
  readonly kind: 'loop'
  attribute(name: string): Value | undefined
  call(items: Value): Value
  print(): string
}

/** The result of `safe` and `escape`: markupsafe's Markup, whose own operators would escape what they meet. */
export class SafeText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export const isLoop = (value: Value): value is LoopState =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'loop'

/** Python's name of the type. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return 'float'
  if (typeof value === 'string') return 'str'
  if (Array.isArray(value)) return 'list'
  if (value instanceof Tuple) return 'tuple'
  if (value instanceof Dict) return 'dict'
  if (value instanceof DictView) return `dict_${value.kind}`
  if (value instanceof Range) return 'range'
  if (value instanceof Lazy) return value.name
  if (value instanceof Namespace) return 'Namespace'
  if (value instanceof SafeText) return 'Markup'
  if (value instanceof Undefined) return 'Undefined'
  return isLoop(value) ? 'LoopContext' : 'function'
}

/** A JavaScript map key for a Python value. @throws TemplateError for what Python cannot hash */
export function hashOf(key: Value): unknown {
  spend()
  if (typeof key === 'string') return `s${key}`
  if (key instanceof SafeText) return `s${key.text}`
  if (typeof key === 'boolean') return key ? 1n : 0n
  if (typeof key === 'number') return Number.isInteger(key) ? BigInt(key) : key
  if (key instanceof Tuple) return `t${JSON.stringify(key.items.map((item) => hashText(hashOf(item))))}`
  const view = key instanceof DictView && key.kind !== 'values'
  if (Array.isArray(key) || key instanceof Dict || view) throw new TemplateError(`unhashable type: '${typeName(key)}'`)
  if (key instanceof Undefined) return Undefined
  return key
}

const hashText = (hash: unknown): string => {
  if (typeof hash === 'object' && hash !== null) throw new TemplateError('this object is not supported inside a key')
  return `${typeof hash}:${String(hash)}`
}

/** Code points of a text: what Python counts and indexes. */
export function points(text: string): string[] {
  spend(text.length)
  return Array.from(text)
}

const astral = /[\ud800-\udfff]/

/** Python's len() of a text. */
export const textLength = (text: string): number => (astral.test(text) ? points(text).length : text.length)

/** A JSON-like JavaScript value as Python's json would read it; whole numbers become ints. */
export function toValue(input: unknown): Value {
  if (input === null || typeof input === 'boolean' || typeof input === 'string' || typeof input === 'bigint')
    return input
  if (typeof input === 'number') return Number.isInteger(input) && !Object.is(input, -0) ? BigInt(input) : input
  if (input === undefined) return new Undefined('this variable is undefined')
  if (Array.isArray(input)) return input.map(toValue)
  if (typeof input === 'object') return new Dict(Object.entries(input).map(([key, value]) => [key, toValue(value)]))
  throw new TemplateError(`a ${typeof input} cannot be a variable of a template`)
}
