import { Undefined, type Value } from './value.ts'

/** The variables of a body; those of the bodies around it are read through it. */
export class Scope {
  private readonly outer: Scope | null
  private readonly variables = new Map<string, Value>()

  /** @param hidden names that are undefined until the body assigns to them */
  constructor(outer: Scope | null, hidden: readonly string[] = []) {
    this.outer = outer
    for (const name of hidden) this.variables.set(name, noSuchName(name))
  }

  set(name: string, value: Value): void {
    this.variables.set(name, value)
  }

  get(name: string): Value {
    for (let scope: Scope | null = this; scope !== null; scope = scope.outer) {
      const found = scope.variables.get(name)
      if (found !== undefined) return found
    }
    return noSuchName(name)
  }
}

const noSuchName = (name: string): Undefined => new Undefined(`'${name}' is undefined`)
