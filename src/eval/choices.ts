const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Choices that a question may have: answers are looked for as letters A to J. */
export const mostChoices = 10

/**
 * The choices, without letters: from a list, from {"A": "...", "B": "..."}, from {"text": [...]}, or from one text
 * "A) ... B) ...", "A. ... B. ..." or "A: ... B: ...".
 * @returns null where it is none of these
 */
export function readChoices(value: unknown): string[] | null {
  if (Array.isArray(value)) return value.length > letters.length ? null : readList(value.map(String))
  if (typeof value === 'string') return splitText(value)
  if (typeof value !== 'object' || value === null) return null
  const fields = value as Record<string, unknown>
  if (Array.isArray(fields.text)) return fields.text.map(String)
  const keys = Object.keys(fields).sort()
  return keys.length > 1 && keys.every((key, i) => key === letters[i]) ? keys.map((key) => String(fields[key])) : null
}

const readList = (list: readonly string[]): string[] =>
  withoutPadding(list.map((choice, i) => withoutLetter(choice, letters[i]!)))

// MMLU-Pro once filled up its lists of ten with these; one alone is a choice like others
function withoutPadding(choices: string[]): string[] {
  const last = choices.findLastIndex((choice) => choice.trim() !== 'N/A')
  return last < choices.length - 2 ? choices.slice(0, last + 1) : choices
}

const withoutLetter = (choice: string, letter: string): string =>
  choice.replace(new RegExp(`^\\s*(?:\\(${letter}\\)|${letter}\\)|${letter}[.:]\\s)\\s*`), '').trim()

// "A. " and "A: " occur within choices too: only a text that begins so is marked so
const markings: readonly { readonly begins: RegExp; readonly mark: (letter: string) => string }[] = [
  { begins: /(?:^|\s)\(?A\)/, mark: (letter) => `(?:^|\\s)\\(?${letter}\\)\\s*` },
  { begins: /^\s*A\.\s/, mark: (letter) => `(?:^|\\s)${letter}\\.\\s+` },
  { begins: /^\s*A:\s/, mark: (letter) => `(?:^|\\s)${letter}:\\s+` },
]

/** "A) one B) two": letters in order, each at the start or after white space. */
function splitText(text: string): string[] | null {
  for (const { begins, mark } of markings) {
    const choices = begins.test(text) ? splitAt(text, mark) : null
    if (choices !== null) return choices
  }
  return null
}

function splitAt(text: string, markOf: (letter: string) => string): string[] | null {
  const starts: { at: number; end: number }[] = []
  let from = 0
  for (const letter of letters) {
    const mark = new RegExp(markOf(letter), 'g')
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

/** Does a question list its choices itself: after "Answer Choices:", or each one's text behind its letter? */
export function listsChoices(question: string, choices: readonly string[]): boolean {
  if (/Answer Choices:\s*\(?A[).:]/i.test(question)) return true
  const marked = choices.map((choice, i) => {
    const text = choice.trim().split(/\s+/).map(escapePattern).join('\\s*')
    // what typesetting puts in between: \textbf{(A)}\ 3, but not P(A) = 3
    return `(?<![\\w(])\\(?${letters[i]}[).:][\\s}\\\\~$*]*${text}`
  })
  return new RegExp(marked.join('[\\s\\S]*?')).test(question)
}

const escapePattern = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

/** Is an answer the letter of one of `count` choices, bare, in brackets or in a box? */
export function isLetter(answer: string, count: number): boolean {
  const letter = /^\s*(?:\\boxed\{)?\s*(?:\(([A-Z])\)|([A-Z])\)?)\s*\}?\s*$/.exec(answer)
  return letter !== null && isAmong((letter[1] ?? letter[2])!, count)
}

/**
 * The letter of a choice given by its number from 0, or by its text.
 * @param count of the choices, where there is no list of them
 * @returns null where it is neither, or is a letter already
 */
export function choiceLetter(answer: unknown, choices: readonly string[] | null, count = mostChoices): string | null {
  const among = choices?.length ?? count
  if (typeof answer === 'number' && Number.isInteger(answer) && answer >= 0 && answer < among) return letters[answer]!
  // a choice whose text is "B" need not be choice B
  if (choices === null || isLetter(String(answer), among)) return null
  const at = choices.indexOf(String(answer).trim())
  return at < 0 ? null : letters[at]!
}

/** A to the last letter of `count` choices. */
export const letterRange = (count: number): string => `A to ${letters[count - 1]}`

/** Is it the letter of one of `count` choices? */
export const isAmong = (letter: string, count: number): boolean => letters.slice(0, count).includes(letter)
