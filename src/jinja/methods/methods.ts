import { intOf } from '../arguments.ts'
import { equal, fail } from '../protocol.ts'
import { type Callable, Dict, DictView, Tuple, type Value } from '../value.ts'
import { method } from './method.ts'
import { stringMethod } from './string.ts'

/** A bound method of a text, list, tuple, dict or float; undefined where there is none here. */
export function methodOf(object: Value, name: string): Value | undefined {
  if (typeof object === 'string') return stringMethod(object, name)
  if (object instanceof Dict) return dictMethod(object, name)
  if (Array.isArray(object)) return sequenceMethod(object, name, object)
  if (object instanceof Tuple) return name === 'copy' ? undefined : sequenceMethod(object.items, name, object)
  if (typeof object === 'number' && name === 'is_integer') return method(name, [], () => Number.isInteger(object))
  return undefined
}

function dictMethod(dict: Dict, name: string): Callable | undefined {
  switch (name) {
    case 'get':
      return method(name, ['/key!', '/default'], (key, fallback = null) => {
        const found = dict.get(key!)
        return found === undefined ? fallback : found
      })
    case 'keys':
    case 'values':
    case 'items':
      return method(name, [], () => new DictView(dict, name))
    case 'copy':
      return method(name, [], () => new Dict(dict.entries()))
    default:
      return undefined
  }
}

function sequenceMethod(items: readonly Value[], name: string, whole: Value): Callable | undefined {
  switch (name) {
    case 'count':
      return method(name, ['/value!'], (value) => BigInt(items.filter((item) => equal(item, value!)).length))
    case 'index':
      return method(name, ['/value!', '/start', '/stop'], (value, start, stop) => {
        const clip = (at: number) => Math.max(0, at < 0 ? at + items.length : at)
        const [from, to] = [clip(intOf(start, 0)), clip(intOf(stop, items.length))]
        const found = items.findIndex((item, i) => i >= from && i < to && equal(item, value!))
        return found < 0 ? fail('the value is not in the list') : BigInt(found)
      })
    case 'copy':
      return method(name, [], () => [...(whole as readonly Value[])])
    default:
      return undefined
  }
}
