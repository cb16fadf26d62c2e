// White space as Python has it: four separators and NEL more than JavaScript's, and no byte order mark.

/** For regular expressions: the set of \s. */
export const space = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'

const one = new RegExp(space)
const isSpace = (text: string, at: number): boolean => one.test(text[at]!)

export function stripLeft(text: string): string {
  let from = 0
  while (from < text.length && isSpace(text, from)) from++
  return text.slice(from)
}

/** A pattern of spaces up to the end would take the square of a long run's time. */
export function stripRight(text: string): string {
  let to = text.length
  while (to > 0 && isSpace(text, to - 1)) to--
  return text.slice(0, to)
}
