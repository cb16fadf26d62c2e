// a.b and a[b], as the sandbox of jinja2 looks them up: a.b is an attribute first, a[b] an item first.
import { refuse, TemplateError } from './budget.ts'
import { methodOf } from './methods/methods.ts'
import { isMutator, isPythonName } from './methods/python-names.ts'
import { isNumber, numeric } from './protocol.ts'
import { sliceIndices } from './slice.ts'
import { repr } from './text.ts'
import {
  Callable,
  Dict,
  isLoop,
  Namespace,
  points,
  Range,
  SafeText,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from './value.ts'

/** object.name */
export function getAttribute(object: Value, name: string): Value {
  // None is a value like any other: only undefined means that there is none
  const own = attribute(object, name)
  if (own !== undefined) return own
  const found = item(object, name)
  return found === undefined ? missing(object, name) : found
}

/** object[key] */
export function getItem(object: Value, key: Value): Value {
  const found = item(object, key)
  if (found !== undefined) return found
  const named = typeof key === 'string' ? attribute(object, key) : undefined
  return named === undefined ? missing(object, key) : named
}

/** object[start:stop:step] */
export function getSlice(object: Value, parts: readonly Value[]): Value {
  if (object instanceof Undefined) return object.fail()
  if (object instanceof SafeText) return refuse('a slice of a text from "safe" or "escape"')
  if (typeof object === 'string') {
    const all = points(object)
    return sliceIndices(parts, all.length)
      .map((i) => all[i]!)
      .join('')
  }
  if (Array.isArray(object)) return sliceIndices(parts, object.length).map((i) => object[i]!)
  if (object instanceof Tuple) return new Tuple(sliceIndices(parts, object.items.length).map((i) => object.items[i]!))
  if (object instanceof Range) return refuse('a slice of a range')
  throw new TemplateError(`a ${typeName(object)} has no slices`)
}

/** The attribute alone, undefined where there is none. @throws TemplateError where Python has one that is not supported */
export function attribute(object: Value, name: string): Value | undefined {
  if (object instanceof Undefined) return name.startsWith('__') ? refuse(`the attribute ${name}`) : object.fail()
  if (object instanceof Namespace) return object.attributes.get(name)
  if (isLoop(object as Value)) {
    return (object as { attribute(name: string): Value | undefined }).attribute(name)
  }
  if (object instanceof Callable) return object.attributes.get(name)?.()
  if (object instanceof Tuple && object.names.includes(name)) return object.items[object.names.indexOf(name)]!
  return methodOf(object, name) ?? unknown(object, name)
}

/** An attribute that Python has and this does not: never taken for an undefined one. */
function unknown(object: Value, name: string): Undefined | undefined {
  const type = typeName(object)
  if (/^__.*__$/.test(name) || isMutator(type, name)) {
    return new Undefined(`access to attribute '${name}' of '${type}' object is unsafe.`)
  }
  if (object instanceof SafeText) return refuse(`${type}.${name}, of a text from "safe" or "escape"`)
  return isPythonName(type, name) ? refuse(`the method or attribute ${type}.${name}`) : undefined
}

/** The item alone, undefined where there is none. */
function item(object: Value, key: Value): Value | undefined {
  if (object instanceof Undefined) return object.fail()
  if (object instanceof Dict) return fromDict(object, key)
  if (object instanceof SafeText) return refuse('an item of a text from "safe" or "escape"')
  if (!isNumber(key) || typeof key === 'number') return undefined
  const index = Number(numeric(key))
  if (typeof object === 'string') return at(points(object), index)
  if (Array.isArray(object)) return at(object, index)
  if (object instanceof Tuple) return at(object.items, index)
  if (object instanceof Range) {
    const from = index < 0 ? index + object.length : index
    return from >= 0 && from < object.length ? object.at(from) : undefined
  }
  return undefined
}

const at = (items: readonly Value[], index: number): Value | undefined =>
  items[index < 0 ? index + items.length : index]

function fromDict(dict: Dict, key: Value): Value | undefined {
  try {
    return dict.get(key)
  } catch (error) {
    if (error instanceof TemplateError) return undefined // an unhashable key is one that is not there
    throw error
  }
}

function missing(object: Value, name: Value): Undefined {
  if (typeof name !== 'string') return new Undefined(`${described(object)} has no element ${repr(name)}`)
  return new Undefined(`'${described(object)}' has no attribute ${repr(name)}`)
}

const described = (object: Value): string => (object === null ? 'None' : `${typeName(object)} object`)
