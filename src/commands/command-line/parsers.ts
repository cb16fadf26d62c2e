import { InvalidArgumentError } from 'commander'
import { type Bounds, boundsText, isWithin, nativeBounds } from '../../native/bounds.ts'

/** Makes a parser of numbers in a range. */
export const number =
  (bounds: Bounds = {}) =>
  (text: string): number => {
    const value = toNumber(text)
    if (!isWithin(value, bounds)) throw new InvalidArgumentError(`Expected ${boundsText(bounds)}.`)
    return value
  }

/** Makes a parser of whole numbers in [least, most]. */
export const integer = (least: number, most?: number): ((text: string) => number) =>
  number({ whole: true, least, ...(most !== undefined && { most }) })

/** A temperature of sampling; 0 is greedy. */
export function temperature(text: string): number {
  const value = toNumber(text)
  if (value !== 0 && !isWithin(value, nativeBounds.temperature)) {
    throw new InvalidArgumentError(`Expected 0 (greedy), or ${boundsText(nativeBounds.temperature)}.`)
  }
  return value
}

/** Makes a parser of one of several words; `advice` says more of a word that it knows. */
export const oneOf =
  <Word extends string>(words: readonly Word[], advice: (text: string) => string = () => '') =>
  (text: string): Word => {
    const word = words.find((known) => known === text)
    if (word === undefined) throw new InvalidArgumentError(`Expected ${inWords(words)}${advice(text)}.`)
    return word
  }

/** Makes a parser of several different values, separated by commas. */
export const list =
  <T>(parse: (text: string) => T) =>
  (text: string): T[] => {
    const values = text.split(',').map((part) => parse(part.trim()))
    const twice = values.find((value, i) => values.indexOf(value) < i)
    if (twice !== undefined) throw new InvalidArgumentError(`It names ${twice} twice.`)
    return values
  }

const inWords = (words: readonly string[]): string => `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

const toNumber = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text))

/** Adds the value of an option that may be repeated to the earlier ones. */
export const collect = (value: string, earlier: readonly string[]): string[] => [...earlier, value]
