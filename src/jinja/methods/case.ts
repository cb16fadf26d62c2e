// Letter case as Python maps it. JavaScript maps to upper and lower case by the same tables, and has no title case.
import { refuse } from '../budget.ts'
import { points } from '../value.ts'

export const upper = (text: string): string => text.toUpperCase()
export const lower = (text: string): string => text.toLowerCase()

const cased = /\p{Cased}/u
const isUpper = /\p{Uppercase}|\p{Lt}/u

/** One letter in title case; most have it in common with upper case. */
function titleOf(letter: string): string {
  const large = letter.toUpperCase()
  if (letter === large && !/[\u01c4\u01c7\u01ca\u01f1]/.test(letter)) return letter
  if (
    /[\u01c4-\u01cc\u01f1-\u01f3\u10d0-\u10ff\u1f80-\u1fff]/.test(letter) ||
    (points(large).length > 1 && letter !== 'ß')
  ) {
    return refuse(`the title case of "${letter}"`)
  }
  return letter === 'ß' ? 'Ss' : large
}

/** str.capitalize() */
export function capitalize(text: string): string {
  const [first, ...rest] = points(text)
  if (first === undefined) return ''
  // a final sigma looks at the letters before it
  return titleOf(first) + lower(first + rest.join('')).slice(lower(first).length)
}

/** str.title(): a letter after one without case begins a word. */
export function title(text: string): string {
  let inWord = false
  const letters = points(text).map((letter) => {
    const shown = inWord ? lower(letter) : titleOf(letter)
    inWord = cased.test(letter)
    return shown
  })
  return /Σ/u.test(text) ? refuse('the title case of a text with a capital sigma') : letters.join('')
}

export function swapcase(text: string): string {
  if (/Σ/u.test(text)) return refuse('swapcase of a text with a capital sigma')
  return points(text)
    .map((letter) => (/\p{Lowercase}/u.test(letter) ? upper(letter) : isUpper.test(letter) ? lower(letter) : letter))
    .join('')
}

/** str.isupper() and str.islower(): at least one letter with case, and none of the other. */
export const isUpperText = (text: string): boolean => /\p{Uppercase}/u.test(text) && !/\p{Lowercase}|\p{Lt}/u.test(text)
export const isLowerText = (text: string): boolean => /\p{Lowercase}/u.test(text) && !/\p{Uppercase}|\p{Lt}/u.test(text)

/** str.istitle() */
export function isTitleText(text: string): boolean {
  let [previous, any] = [false, false]
  for (const letter of text) {
    const large = isUpper.test(letter)
    if (large ? previous : /\p{Lowercase}/u.test(letter) && !previous) return false
    previous = cased.test(letter)
    any ||= previous
  }
  return any
}
