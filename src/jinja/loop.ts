import { equal, fail, iterable, sizeOf } from './protocol.ts'
import { Callable, Lazy, type LoopState, Tuple, Undefined, type Value } from './value.ts'

/** The items of a loop and what the variable `loop` says of them, after jinja2's LoopContext: it looks one item ahead. */
export class Loop implements LoopState {
  readonly kind = 'loop'
  private readonly depth0: number
  private readonly recurse: ((items: Value, depth: number) => string) | null
  private iterator: Iterator<Value>
  private size: number | undefined
  private index0 = -1
  private after: IteratorResult<Value> | null = null
  private current: Value = null
  private before: Value = null
  private latest: Value | null = null // of changed()

  /** @param size where the items have a length */
  constructor(items: Iterable<Value>, size: number | undefined, depth0: number, recurse: Loop['recurse']) {
    this.iterator = items[Symbol.iterator]()
    this.size = size
    this.depth0 = depth0
    this.recurse = recurse
  }

  /** The next item, or done. */
  next(): IteratorResult<Value> {
    const result = this.peek()
    this.after = null
    if (result.done) return result
    this.index0++
    this.before = this.current
    this.current = result.value
    return result
  }

  private peek(): IteratorResult<Value> {
    this.after ??= this.iterator.next()
    return this.after
  }

  private length(): number {
    if (this.size !== undefined) return this.size
    const ahead = this.after !== null && !this.after.done ? 1 : 0
    const rest = [...{ [Symbol.iterator]: () => this.iterator }]
    this.iterator = rest[Symbol.iterator]()
    this.size = rest.length + this.index0 + 1 + ahead
    return this.size
  }

  attribute(name: string): Value | undefined {
    switch (name) {
      case 'index0':
        return BigInt(this.index0)
      case 'index':
        return BigInt(this.index0 + 1)
      case 'revindex0':
        return BigInt(this.length() - this.index0 - 1)
      case 'revindex':
        return BigInt(this.length() - this.index0)
      case 'first':
        return this.index0 === 0
      case 'last':
        return this.peek().done === true
      case 'length':
        return BigInt(this.length())
      case 'depth0':
        return BigInt(this.depth0)
      case 'depth':
        return BigInt(this.depth0 + 1)
      default:
        return this.neighbour(name)
    }
  }

  private neighbour(name: string): Value | undefined {
    switch (name) {
      case 'previtem':
        return this.index0 === 0 ? new Undefined('there is no previous item') : this.before
      case 'nextitem': {
        const result = this.peek()
        return result.done ? new Undefined('there is no next item') : result.value
      }
      case 'cycle':
        return new Callable(name, (args) =>
          args.length === 0 ? fail('no items for cycling given') : args[this.index0 % args.length]!,
        )
      case 'changed':
        return new Callable(name, (args) => this.changed(new Tuple(args)))
      default:
        return undefined
    }
  }

  private changed(values: Tuple): boolean {
    if (this.latest !== null && equal(this.latest, values)) return false
    this.latest = values
    return true
  }

  call(items: Value): Value {
    if (this.recurse === null) return fail("the loop must have the 'recursive' marker to be called recursively")
    return this.recurse(items, this.depth0 + 1)
  }

  print(): string {
    return `<LoopContext ${this.index0 + 1}/${this.length()}>`
  }
}

/** A loop over a value; with a test, over the items that pass it, which are looked at only when their turn comes. */
export function loopOver(
  items: Value,
  passes: ((item: Value) => boolean) | null,
  { depth, recurse }: { readonly depth: number; readonly recurse: ((items: Value, depth: number) => string) | null },
): Loop {
  const all = iterable(items)
  if (passes === null) return new Loop(all, items instanceof Lazy ? undefined : sizeOf(items), depth, recurse)
  return new Loop(passing(all, passes), undefined, depth, recurse)
}

function* passing(items: Iterable<Value>, passes: (item: Value) => boolean): Generator<Value> {
  for (const item of items) if (passes(item)) yield item
}
