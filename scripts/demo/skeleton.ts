import { cities, jobs, letters, names, objects, places, shapes, vehicles, weekdays } from './words.ts'

const slots: readonly (readonly [placeholder: string, words: readonly string[]])[] = [
  ['NAME', names],
  ['THINGS', objects],
  ['CITY', cities],
  ['JOB', jobs],
  ['DAY', weekdays],
  ['VEHICLE', vehicles],
  ['PLACE', [...places, ...shapes]], // a garden is a place and a shape
  ['ORDINAL', ['fourth', 'fifth', 'sixth', 'seventh']],
]
const placeholders = new Map(slots.flatMap(([placeholder, words]) => words.map((word) => [word, placeholder] as const)))

/**
 * The sentences of a problem with its slots empty: "In the PLACE, NAME keeps # THINGS." Two problems of one template
 * have the same.
 */
export function skeleton(text: string): string[] {
  const bare = text
    .replace(/\b(\d*)([a-z])\b(?=( [-+=]|[.?]| satisfies| be ))/g, (all, factor: string, letter: string) =>
      (letters as readonly string[]).includes(letter) ? `${factor}LETTER` : all,
    )
    .replace(/\d+/g, '#')
    .replace(/[A-Za-z]+/g, (word) => placeholders.get(word) ?? word)
  return bare.split(/(?<=[.?]) /)
}

/** Do things and letters stay the same from the first sentence to the question? */
export function coherent(text: string): boolean {
  const sentences = text.split(/(?<=[.?]) /)
  const question = sentences.pop() ?? ''
  const before = sentences.join(' ')
  const asked = mentioned(question)
  return [...asked].every((word) => new RegExp(`(\\b|\\d)${word}\\b`).test(before))
}

function mentioned(question: string): Set<string> {
  const words = question.match(/[A-Za-z]+/g) ?? []
  const named = words.filter((word) => ['THINGS', 'NAME'].includes(placeholders.get(word) ?? ''))
  const letter = /(?:value of|number) ([a-z])[.?]$/.exec(question)?.[1]
  return new Set(letter ? [...named, letter] : named)
}
