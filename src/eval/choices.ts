const letters = 'ABCDEFGHIJ'

/**
 * What can be chosen, without letters: from a list, from {"A": "...", "B": "..."}, from {"text": [...]}, or from one text
 * "A) ... B) ...".
 * @returns null where it is none of these
 */
export function readChoices(value: unknown): string[] | null {
  if (Array.isArray(value)) return withoutPadding(value.map((choice, i) => withoutLetter(String(choice), letters[i]!)))
  if (typeof value === 'string') return splitText(value)
  if (typeof value !== 'object' || value === null) return null
  const fields = value as Record<string, unknown>
  if (Array.isArray(fields.text)) return fields.text.map(String)
  const keys = Object.keys(fields).sort()
  return keys.length > 1 && keys.every((key, i) => key === letters[i]) ? keys.map((key) => String(fields[key])) : null
}

// MMLU-Pro once filled up its lists of ten with these
function withoutPadding(choices: string[]): string[] {
  const last = choices.findLastIndex((choice) => choice.trim() !== 'N/A')
  return choices.slice(0, last + 1)
}

const withoutLetter = (choice: string, letter: string): string =>
  choice.replace(new RegExp(`^\\s*(?:\\(${letter}\\)|${letter}\\)|${letter}[.:]\\s)\\s*`), '').trim()

/** "A) one B) two": letters in order, each at the start or after white space. */
function splitText(text: string): string[] | null {
  const starts: { at: number; end: number }[] = []
  let from = 0
  for (const letter of letters) {
    const mark = new RegExp(`(?:^|\\s)\\(?${letter}\\)\\s*`, 'g')
    mark.lastIndex = from
    const found = mark.exec(text)
    if (found === null) break
    starts.push({ at: found.index, end: mark.lastIndex })
    from = mark.lastIndex
  }
  if (starts.length < 2) return null
  return starts.map(({ end }, i) => text.slice(end, starts[i + 1]?.at ?? text.length).trim())
}

/** "(A) one (B) two". */
export const listChoices = (choices: readonly string[]): string =>
  choices.map((choice, i) => `(${letters[i]}) ${choice}`).join(' ')

/** Does a question list its choices itself? */
export const listsChoices = (question: string): boolean => /\(A\)[\s\S]*\(B\)/.test(question)

/** The letter of a choice given by its number from 0, or by its text; null where it is neither. */
export function choiceLetter(answer: unknown, choices: readonly string[] | null): string | null {
  if (typeof answer === 'number') return Number.isInteger(answer) ? (letters[answer] ?? null) : null
  const at = choices === null ? -1 : choices.indexOf(String(answer).trim())
  return at < 0 ? null : letters[at]!
}

/** A to the last letter, of so many choices. */
export const letterRange = (count: number): string => `A to ${letters[count - 1]}`

/** Is a letter one of so many choices? */
export const isAmong = (letter: string, count: number): boolean => letters.slice(0, count).includes(letter)
