// Units of measurement: what their names mean, and when two are the same.

/** A unit as a product of base units: its factor to them, and each one's power. */
export interface Unit {
  readonly factor: number
  readonly powers: ReadonlyMap<string, number>
}

// base unit: "name name2=factor ..."; a plural in s is understood
const TABLE: Readonly<Record<string, string>> = {
  metre:
    'm meter metre cm=0.01 centimeter=0.01 centimetre=0.01 mm=0.001 millimeter=0.001 millimetre=0.001 km=1000 kilometer=1000 ' +
    'kilometre=1000 dm=0.1 nm=1e-9 in=0.0254 inch=0.0254 inches=0.0254 foot=0.3048 feet=0.3048 ft=0.3048 yard=0.9144 ' +
    'yd=0.9144 mile=1609.344 mi=1609.344',
  gram:
    'g gram kg=1000 kilogram=1000 mg=0.001 milligram=0.001 lb=453.59237 lbs=453.59237 ounce=28.349523125 oz=28.349523125 ' +
    'ton=907184.74 tonne=1e6',
  second:
    's sec second ms=0.001 millisecond=0.001 minute=60 min=60 mins=60 hour=3600 hr=3600 hrs=3600 h=3600 day=86400 week=604800',
  year: 'year yr month=0.083333333333333333',
  dollar: 'dollar usd buck cent=0.01 quarter=0.25 dime=0.1 nickel=0.05 penny=0.01 pennies=0.01',
  euro: 'euro eur',
  pound: 'pound gbp',
  yuan: 'yuan rmb cny',
  yen: 'yen jpy',
  rupee: 'rupee rs inr',
  degree: 'degree deg radian=57.29577951308232 rad=57.29577951308232',
  litre:
    'l liter litre ml=0.001 milliliter=0.001 millilitre=0.001 gallon=3.785411784 gal=3.785411784 quart=0.946352946 pint=0.473176473',
  newton: 'n newton kn=1000',
  joule: 'j joule kj=1000',
  watt: 'w watt kw=1000',
  volt: 'v volt',
  ampere: 'a amp ampere',
  ohm: 'ohm',
  pascal: 'pa pascal kpa=1000',
  hertz: 'hz hertz khz=1000 mhz=1e6 ghz=1e9',
  kelvin: 'k kelvin',
  mole: 'mol mole',
  celsius: 'celsius',
  fahrenheit: 'fahrenheit',
}

// letters that name a unit only where the text says that it is one, or right after a number
const SYMBOLIC = new Set('m g s h l n j w v a k in rs pa'.split(' '))

const UNITS = new Map<string, readonly [base: string, factor: number]>()
for (const [base, entries] of Object.entries(TABLE)) {
  for (const entry of entries.split(' ')) {
    const [name, factor] = entry.split('=') as [string, string?]
    UNITS.set(name, [base, factor === undefined ? 1 : Number(factor)])
  }
}
UNITS.set('mph', ['mph', 1])

/** Whether a run of letters is a unit's name, symbols of one letter and such excepted. */
export const isUnitName = (run: string): boolean => {
  const name = run.toLowerCase()
  return !SYMBOLIC.has(name) && lookUp(name) !== undefined
}

/** Whether letters right after a number may be a unit's symbol: 6m, 2 s. */
export const isUnitSymbol = (letters: string): boolean => lookUp(letters.toLowerCase()) !== undefined

function lookUp(name: string): readonly [string, number] | undefined {
  return UNITS.get(name) ?? (name.length > 3 && name.endsWith('s') ? UNITS.get(name.slice(0, -1)) : undefined)
}

const POWER_WORDS: Readonly<Record<string, number>> = { square: 2, sq: 2, squared: 2, cubic: 3, cu: 3, cubed: 3 }

/**
 * Reads a unit written as words, "^n", "/" and "per": "cm ^2", "miles per hour", "square feet".
 * Null when a word is not a unit ("apples"): such words do not distinguish two answers.
 */
export function readUnit(text: string): Unit | null {
  const powers = new Map<string, number>()
  let [factor, side, ahead] = [1, 1, 1]
  let last: readonly [string, number] | undefined
  const apply = (unit: readonly [string, number], power: number): void => {
    powers.set(unit[0], (powers.get(unit[0]) ?? 0) + power)
    factor *= unit[1] ** power
  }
  for (const word of text.toLowerCase().split(' ')) {
    if (word === '/' || word === 'per') side = -1
    else if (word === '*' || word === '') continue
    else if (/^\^-?\d$/.test(word) && last !== undefined) apply(last, side * (Number(word.slice(1)) - 1))
    else if (word in POWER_WORDS && (word.endsWith('ed') || word.endsWith('ubed'))) {
      if (last === undefined) return null
      apply(last, side * (POWER_WORDS[word]! - 1))
    } else if (word in POWER_WORDS) ahead = POWER_WORDS[word]!
    else {
      if (word === 'mph') {
        apply(['metre', 1609.344], 1)
        apply(['second', 3600], -1)
        continue
      }
      last = lookUp(word)
      if (last === undefined) return null
      apply(last, side * ahead)
      ahead = 1
    }
  }
  return powers.size === 0 ? null : { factor, powers }
}

/** Whether two units measure the same thing, so that their values may be compared. */
export function commensurable(a: Unit, b: Unit): boolean {
  const names = new Set([...a.powers.keys(), ...b.powers.keys()])
  return [...names].every((name) => (a.powers.get(name) ?? 0) === (b.powers.get(name) ?? 0))
}
