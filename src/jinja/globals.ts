// The functions that every template can call: those of jinja2's sandbox, and transformers' own.
import { bind, intOf } from './arguments.ts'
import { RaisedByTemplate, refuse } from './budget.ts'
import { fail, iterable } from './protocol.ts'
import { requirePublic } from './statement.ts'
import { str } from './text.ts'
import { Callable, Dict, type Keywords, Namespace, Range, Undefined, type Value } from './value.ts'

const longestRange = 100_000 // as the sandbox has it

const range = new Callable('range', (args, keywords) => {
  if (keywords.size > 0 || args.length < 1 || args.length > 3) fail('range() takes 1 to 3 arguments')
  const numbers = args.map((arg) => BigInt(arg instanceof Undefined ? arg.fail() : intOf(arg)))
  const [start, stop, step = 1n] = numbers.length === 1 ? [0n, numbers[0]!] : (numbers as [bigint, bigint, bigint?])
  if (step === 0n) fail('range() with a step of zero')
  const made = new Range(start, stop, step)
  return made.length <= longestRange
    ? made
    : fail(`range() of ${made.length} numbers; at most ${longestRange} are allowed`)
})

/** dict(mapping or pairs, name=value ...) */
function dictOf(args: readonly Value[], keywords: Keywords): Dict {
  if (args.length > 1) fail('dict() takes at most 1 argument')
  const [from] = args
  const entries = from instanceof Dict ? from.entries() : from === undefined ? [] : Array.from(iterable(from), pairOf)
  return new Dict([...entries, ...keywords])
}

function pairOf(item: Value): [Value, Value] {
  const parts = [...iterable(item)]
  return parts.length === 2 ? [parts[0]!, parts[1]!] : fail(`dict() needs pairs, found ${parts.length} values`)
}

const dict = new Callable('dict', dictOf, {
  attributes: new Map([
    [
      'fromkeys',
      () =>
        new Callable('fromkeys', (args, keywords) => {
          const { iterable: keys, value = null } = bind('fromkeys', ['iterable!', 'value'], args, keywords)
          return new Dict(Array.from(iterable(keys!), (key) => [key, value]))
        }),
    ],
  ]),
})

const namespace = new Callable('namespace', (args, keywords) => {
  const attributes = dictOf(args, keywords).entries()
  return new Namespace(
    attributes.map(([name, value]) => {
      if (typeof name !== 'string') return fail('the attributes of a namespace are named by texts')
      requirePublic(name)
      return [name, value] as const
    }),
  )
})

const joiner = new Callable('joiner', (args, keywords) => {
  const { sep = ', ' } = bind('joiner', ['sep'], args, keywords)
  let used = false
  return new Callable('joiner', () => {
    const shown = used ? sep : ''
    used = true
    return shown
  })
})

const cycler = new Callable('cycler', (items) => {
  if (items.length === 0) fail('at least one item has to be provided')
  let place = 0
  const step = (): Value => {
    const value = items[place]!
    place = (place + 1) % items.length
    return value
  }
  const reset = (): Value => {
    place = 0
    return null
  }
  const attributes = new Map<string, () => Value>([
    ['current', () => items[place]!],
    ['next', () => new Callable('next', step)],
    ['reset', () => new Callable('reset', reset)],
  ])
  return new Callable('cycler', () => fail("'Cycler' object is not callable"), { attributes })
})

const raiseException = new Callable('raise_exception', (args, keywords) => {
  throw new RaisedByTemplate(str(bind('raise_exception', ['message!'], args, keywords).message!))
})

export const globals: Readonly<Record<string, Value>> = {
  range,
  dict,
  namespace,
  joiner,
  cycler,
  lipsum: new Callable('lipsum', () => refuse('the random text of lipsum()')),
  raise_exception: raiseException,
}
