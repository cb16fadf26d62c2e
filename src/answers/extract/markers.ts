/** What follows "the answer is" and its like, up to the end of the sentence. */
export interface Marked {
  readonly from: number
  readonly text: string
}

const MARKER =
  /(?:answer|solution set|correct (?:option|choice))s?(?:\*\*|\}| )?(?: (?:is|are|would be|must be|to the (?:problem|question) is)|:| =)(?::| :|\*\*| \*\*)?|#### ?|最终答案[是为]?[:：]?/gi
const HOPE = /I hope (?:it|this) is correct/gi

/** The last marked answer; `closed` one that "I hope it is correct" follows. Null when there is none. */
export function lastMarked(text: string): (Marked & { readonly closed: boolean }) | null {
  let last: RegExpExecArray | null = null
  for (const match of text.matchAll(MARKER)) last = match
  if (last === null) return null
  const from = last.index + last[0].length
  HOPE.lastIndex = from
  const hope = HOPE.exec(text)
  const end = hope === null ? sentenceEnd(text, from) : hope.index
  return {
    from,
    text: text
      .slice(from, end)
      .trim()
      .replace(/[.\s]+$/, ''),
    closed: hope !== null,
  }
}

// a full stop behind which a new sentence begins, or a line's end behind the first words
function sentenceEnd(text: string, from: number): number {
  let at = from
  while (/\s/.test(text[at] ?? '')) at += 1
  let inMaths = false
  for (; at < text.length; at += 1) {
    const c = text[at]!
    if (c === '$' && text[at - 1] !== '\\') inMaths = !inMaths
    else if (c === '\n' && !inMaths && !opensDisplay(text, from, at)) return at
    else if (c === '.' && !inMaths && /\s/.test(text[at + 1] ?? ' ')) return at
  }
  return text.length
}

const opensDisplay = (text: string, from: number, at: number): boolean =>
  /\\\[\s*$/.test(text.slice(Math.max(from, at - 3), at))
