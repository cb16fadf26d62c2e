/**
 * The questions in a sampled continuation of a numbered list. An item begins at a line "12. ...", "12) ..." or
 * "**12.** ...", the first one also behind a colon ("Here is one: 12. ..."), and goes on to the next such line; white
 * space is collapsed and the first letter made a capital, unless it is a variable; the case of the rest is kept. Items
 * without text are left out. Takes time linear in the text.
 * @param text the continuation, with the number in front that the prompt ended in, if it did
 * @param cutOff the token limit ended the text: its last item is not whole, and dropped
 */
export function parseQuestions(text: string, cutOff: boolean): string[] {
  const items: Item[] = []
  const lines = text.split('\n')
  for (const [i, line] of lines.entries()) {
    const unfinished = cutOff && i === lines.length - 1 && bareNumber.test(line)
    const item = unfinished ? { ...unnumbered, parts: [''] } : itemIn(line, items[0] ?? null)
    if (item !== null) items.push(item)
    else items.at(-1)?.parts.push(line) // text before the first item is not a question
  }
  if (cutOff) items.pop()
  return items.map(textOf).filter((item) => item !== '')
}

interface Item {
  readonly parts: string[] // lines, the first without its number
  readonly indent: number // of the number
  readonly mark: string // "." or ")"
  readonly isBold: boolean // "**12. What?**": the emphasis ends behind the text
}

const unnumbered = { indent: 0, mark: '.', isBold: false }
const bareNumber = /^\s*(?:\*\*)?\d+$/
// "3.5 metres" is not a marker
const numbered = /^(\s*)(?:#{1,6}\s+)?(\*\*)?\d+([.)])(\*\*)?(?=\s|$)/
const behindColon = /:\s+(\*\*)?\d+([.)])(\*\*)?\s+(?=\S)/

/** The item that begins in a line; a number further in, or marked otherwise, than the first item's belongs to the text. */
function itemIn(line: string, first: Item | null): Item | null {
  const found = numbered.exec(line)
  if (found !== null) {
    const [all, indent, open, mark, close] = found
    const item = { parts: [line.slice(all.length)], indent: indent!.length, mark: mark!, isBold: !!open && !close }
    return first === null || (item.indent <= first.indent && item.mark === first.mark) ? item : null
  }
  const inline = first === null ? behindColon.exec(line) : null
  if (inline === null) return null
  const [all, open, mark, close] = inline
  return { parts: [line.slice(inline.index + all.length)], indent: 0, mark: mark!, isBold: !!open && !close }
}

function textOf({ parts, isBold }: Item): string {
  const text = parts.join('\n')
  return tidy(isBold ? text.replace('**', '') : text)
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
