// The tests of jinja2/tests.py: "value is NAME(arguments)".
import { binary } from './arithmetic.ts'
import { filters } from './filters/filters.ts'
import { isLowerText, isUpperText } from './methods/case.ts'
import { compare, contains, equal, fail, identical, isNumber, iterate, sizeOf } from './protocol.ts'
import { str } from './text.ts'
import { Callable, Dict, DictView, hashOf, isLoop, Lazy, SafeText, Undefined, type Value } from './value.ts'

type Test = (value: Value, ...args: Value[]) => boolean

const isText = (value: Value): boolean => typeof value === 'string' || value instanceof SafeText
const remainder = (value: Value, by: Value, is: bigint): boolean => equal(binary('%', value, by), is)

/** len() and items: a dict is a sequence too, a view of one is not. */
const isSequence = (value: Value): boolean =>
  sizeOf(value) !== undefined && !(value instanceof DictView) && !isLoop(value as Value)

const eq: Test = (value, other) => equal(value, other!)
const ne: Test = (value, other) => !equal(value, other!)
const lt: Test = (value, other) => compare(value, other!, '<') < 0
const le: Test = (value, other) => compare(value, other!, '<=') <= 0
const gt: Test = (value, other) => compare(value, other!, '>') > 0
const ge: Test = (value, other) => compare(value, other!, '>=') >= 0

/** Whether a value is a key; what cannot be one is an error. */
const isNameOf = (table: ReadonlyMap<string, unknown>, value: Value): boolean => {
  hashOf(value)
  return isText(value) && table.has(str(value))
}

/** Tests without an argument. */
const alone: Readonly<Record<string, Test>> = {
  defined: (value) => !(value instanceof Undefined),
  undefined: (value) => value instanceof Undefined,
  none: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  true: (value) => value === true,
  false: (value) => value === false,
  integer: (value) => typeof value === 'bigint',
  float: (value) => typeof value === 'number',
  number: isNumber,
  string: isText,
  mapping: (value) => value instanceof Dict,
  sequence: isSequence,
  iterable: (value) => value instanceof Lazy || isLoop(value as Value) || iterate(value) !== undefined,
  callable: (value) => value instanceof Callable || value instanceof Undefined || isLoop(value as Value),
  escaped: (value) => value instanceof SafeText,
  lower: (value) => isLowerText(str(value)),
  upper: (value) => isUpperText(str(value)),
  odd: (value) => remainder(value, 2n, 1n),
  even: (value) => remainder(value, 2n, 0n),
  filter: (value) => isNameOf(filters, value),
  test: (value) => isNameOf(tests, value),
}

/** Tests with one. */
const binaryTests: Readonly<Record<string, Test>> = {
  divisibleby: (value, by) => remainder(value, by!, 0n),
  in: (value, container) => contains(container!, value),
  sameas: (value, other) => identical(value, other!),
  '==': eq,
  eq,
  equalto: eq,
  '!=': ne,
  ne,
  '<': lt,
  lt,
  lessthan: lt,
  '<=': le,
  le,
  '>': gt,
  gt,
  greaterthan: gt,
  '>=': ge,
  ge,
}

const counted = (name: string, test: Test, count: number): [string, Test] => [
  name,
  (value, ...args) =>
    args.length === count ? test(value, ...args) : fail(`the test "${name}" takes ${count} arguments`),
]

export const tests: ReadonlyMap<string, Test> = new Map([
  ...Object.entries(alone).map(([name, test]) => counted(name, test, 0)),
  ...Object.entries(binaryTests).map(([name, test]) => counted(name, test, 1)),
])

/** @throws TemplateError for a test that jinja2 does not have */
export function runTest(name: string, value: Value, args: readonly Value[]): boolean {
  const test = tests.get(name) ?? fail(`there is no test "${name}"`)
  return test(value, ...args)
}
