// Units of measurement: what their names mean, and when two are the same.
import { divide, fromDecimal, integerPower, multiply, ONE, type Rational } from '../rational.ts'
import { RATE_NAMES, UNIT_TABLE } from './unit-table.ts'

/** A unit as a product of base units: its factor to them, and each one's power. */
export interface Unit {
  readonly factor: Rational
  readonly powers: ReadonlyMap<string, number>
}

// letters that name a unit only where the text says that it is one, or right after a number
const SYMBOLIC = new Set('m g s h l n j w v a k in rs pa pt ha cl'.split(' '))

const UNITS = new Map<string, Unit[]>() // a name may have several meanings: pounds, cents
for (const [key, entries] of Object.entries(UNIT_TABLE)) {
  const [base, power] = key.split('^') as [string, string?]
  for (const entry of entries.split(' ')) {
    const [name, factor] = entry.split('=') as [string, string?]
    const unit: Unit = { factor: factorOf(factor), powers: new Map([[base, Number(power ?? 1)]]) }
    UNITS.set(name, [...(UNITS.get(name) ?? []), unit])
  }
}

function factorOf(text: string | undefined): Rational {
  const [over, under] = (text ?? '1').split('/') as [string, string?]
  return under === undefined ? fromDecimal(over)! : divide(fromDecimal(over)!, fromDecimal(under)!)!
}

/** Whether a run of letters is a unit's name, symbols of one letter and such excepted. */
export const isUnitName = (run: string): boolean =>
  Object.hasOwn(RATE_NAMES, run.toLowerCase()) || (!SYMBOLIC.has(run.toLowerCase()) && unitsNamed(run).length > 0)

/** Whether letters right after a number may be a unit's symbol: 6m, 2 s. */
export const isUnitSymbol = (letters: string): boolean => unitsNamed(letters).length > 0

/** The meanings of a unit's name; none for another word. Capitals matter in symbols of one letter, L excepted. */
export function unitsNamed(word: string): readonly Unit[] {
  if (word.length === 1) return UNITS.get(word === 'L' ? 'l' : word) ?? []
  const name = word.toLowerCase()
  return UNITS.get(name) ?? (name.length > 3 && name.endsWith('s') ? UNITS.get(name.slice(0, -1)) : undefined) ?? []
}

/** The meanings of a times those of b to the given power. */
export function productOf(a: readonly Unit[], b: readonly Unit[], power: number): readonly Unit[] {
  if (a.length === 0) return productOf([NO_UNIT], b, power)
  const products: Unit[] = []
  for (const left of a) {
    for (const right of b) {
      const scale = integerPower(right.factor, BigInt(power))
      const factor = scale === null ? null : multiply(left.factor, scale)
      if (factor !== null) products.push({ factor, powers: added(left.powers, right.powers, power) })
    }
  }
  return products.slice(0, MOST_MEANINGS)
}

const NO_UNIT: Unit = { factor: ONE, powers: new Map() }
const MOST_MEANINGS = 6

function added(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>, times: number): Map<string, number> {
  const sum = new Map(a)
  for (const [base, power] of b) {
    const total = (sum.get(base) ?? 0) + times * power
    if (total === 0) sum.delete(base)
    else sum.set(base, total)
  }
  return sum
}

/** Whether two units measure the same thing, so that their values may be compared. */
export const commensurable = (a: Unit, b: Unit): boolean =>
  a.powers.size === b.powers.size && [...a.powers].every(([base, power]) => b.powers.get(base) === power)
