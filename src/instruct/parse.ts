/**
 * The questions in a sampled continuation of a numbered list. An item begins at a line "12. ..." and goes on to the
 * next such line; white space is collapsed and the first letter made a capital, unless it is a variable; the case of
 * the rest is kept. Items without text are left out. Takes time linear in the text.
 * @param text the continuation, with the number in front that the prompt ended in, if it did
 * @param cutOff the token limit ended the text: its last item is not whole, and dropped
 */
export function parseQuestions(text: string, cutOff: boolean): string[] {
  const items: string[][] = []
  const lines = text.split('\n')
  for (const [i, line] of lines.entries()) {
    const length = markerLength(line, cutOff && i === lines.length - 1)
    if (length > 0) items.push([line.slice(length)])
    else items.at(-1)?.push(line) // text before the first item is not a question
  }
  if (cutOff) items.pop()
  return items.map((parts) => tidy(parts.join('\n'))).filter((item) => item !== '')
}

/** Length of "12." at the start of a line, 0 where there is none; `unfinished` accepts "12" too. */
function markerLength(line: string, unfinished: boolean): number {
  let digits = 0
  while (line.charCodeAt(digits) >= 48 && line.charCodeAt(digits) <= 57) digits++
  if (digits === 0) return 0
  if (unfinished && digits === line.length) return digits
  if (line[digits] !== '.') return 0
  // "3.5 metres" is not a marker
  return digits + 1 === line.length || /\s/.test(line[digits + 1]!) ? digits + 1 : 0
}

// a letter alone, or with an index: "x is", "x_1 +", "n=4"
const variable = /^\p{Ll}(?![\p{L}'’])/u
// "a" is an article before anything but these: "a + b", "a, b", "a is even"
const article = /^a (?![=+\-*/^<>×÷·±≤≥≠\\]|(?:is|are|be|equals|and|or|plus|minus|times)\b)/

/** One line, first letter a capital; "x is 3 more than y" stays as it is. */
function tidy(text: string): string {
  const line = oneLine(text)
  const first = line.codePointAt(0)
  if (first === undefined) return ''
  if (variable.test(line) && !article.test(line)) return line
  const letter = String.fromCodePoint(first)
  return letter.toUpperCase() + line.slice(letter.length)
}

/** The text with every run of white space made one space, and none at its ends. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
